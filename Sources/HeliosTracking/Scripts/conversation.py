"""The part that all loggers share: Helios runs it followed by wandb_run.py or mlflow_run.py.

Helios writes a JSON object on each line of the standard input: {"do": "open"}, then any number of {"do": "log"}, then
{"do": "close"}. Each line of the standard output answers with one key: "opened", "warning", "failed", "closing" or
"closed".
"""

import base64
import fcntl
import hashlib
import importlib
import io
import json
import os
import select
import signal
import sys
import time

# A file in the working folder must not stand in for a package.
sys.path[:] = [path for path in sys.path if path]
# Whoever interrupts the training wants it to end in order.
signal.signal(signal.SIGINT, signal.SIG_IGN)

# The standard error is the file that says to the next program that this one is at work.
own_turn = os.dup(2)
# What packages print is no answer.
answers = os.dup(1)
os.dup2(2, 1)

GREATEST_WARNING_COUNT = 50
warnings_given = set()


class Failure(Exception):
    """What makes it impossible to log at all, in words for the user."""


def answer(key, value):
    try:
        os.write(answers, (json.dumps({key: value}) + "\n").encode())
    except BrokenPipeError:
        # The training was killed. What it has logged is logged nevertheless.
        pass


def warn(text):
    """Tells the user, once for each text."""
    if text not in warnings_given and len(warnings_given) < GREATEST_WARNING_COUNT:
        warnings_given.add(text)
        answer("warning", text)


def describe(error):
    """An error in one line."""
    text = " ".join(str(error).split())
    return (text or type(error).__name__)[:500]


def load(name):
    """Imports a package."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise Failure(f"Python cannot import {name}: {describe(error)}")
        raise Failure(f"Python has no package {name}: `pip install {name}` ({sys.executable})")
    except Exception as error:
        raise Failure(f"Python cannot import {name}: {describe(error)}")


def be_quiet():
    """From here on no one reads what packages and their own programs print."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)


def wait_for_turn(prefix, number, patience):
    """Waits for the programs before this one that log the same run.

    The program of a training that was killed may still be writing what it got, while the next one begins. Each has a
    file that is locked until it ends.
    """
    folder, start = os.path.split(prefix)
    numbers = [name[len(start):-len(".lock")] for name in os.listdir(folder) if name.startswith(start)]
    deadline = time.monotonic() + patience
    for earlier in sorted(int(text) for text in numbers if text.isdecimal() and int(text) < number):
        path = f"{prefix}{earlier}.lock"
        try:
            with open(path, "rb+") as file:
                while not lock(file):
                    if time.monotonic() > deadline:
                        raise Failure(
                            f"another program has been logging the same run for {patience} s: end it, or log elsewhere")
                    time.sleep(0.05)
                os.remove(path)
        except FileNotFoundError:
            pass


def lock(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def messages(idle):
    """What Helios sends; `idle` is called when nothing waits."""
    parts = []
    while True:
        if not select.select([0], [], [], 0)[0]:
            idle()
        chunk = os.read(0, 1 << 20)
        if not chunk:
            return
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            parts.append(line)
            yield json.loads(b"".join(parts))
            parts = []
        parts.append(rest)


def converse(make_run):
    """Makes the run that Helios describes, and logs what it sends."""
    run = None

    def idle():
        if run is not None:
            try:
                run.write()
            except Exception as error:
                warn(f"records are lost: {describe(error)}")

    try:
        is_whole = False
        for message in messages(idle):
            if message["do"] == "open":
                run = make_run(message)
                answer("opened", run.id)
            elif message["do"] == "log":
                try:
                    run.log(message)
                except Exception as error:
                    warn(f"'{message['name']}' is lost: {describe(error)}")
            else:
                is_whole = True
                answer("closing", True)
                break
        if run is not None:
            idle()
            run.close(is_whole)
        answer("closed", True)
    except Exception as error:
        answer("failed", describe(error))
        sys.exit(1)
