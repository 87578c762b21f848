"""What all loggers have in common: Helios runs it followed by wandb_run.py or mlflow_run.py.

Helios sends {"do": "open"}, then any number of {"do": "log"}, then {"do": "close"}. The answers are "opened", "warning",
"failed", "closing" and "closed".
"""

# The standard error is the file that says to the next program that this one is at work.
own_turn = os.dup(2)


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
