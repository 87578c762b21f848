"""What every Python that Helios talks to has in common: Helios runs it followed by a script of its own.

Helios writes a JSON object on each line of the standard input, and reads one with a single key from each line of the
standard output.
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

# What packages print is no answer.
answers = os.dup(1)
os.dup2(2, 1)

GREATEST_WARNING_COUNT = 50
warnings_given = set()


class Failure(Exception):
    """What makes it impossible to go on, in words for the user."""


def answer(key, value):
    try:
        os.write(answers, (json.dumps({key: value}) + "\n").encode())
    except BrokenPipeError:
        # The training was killed. What it has sent is done nevertheless.
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
