"""A study of Optuna: Helios runs this after conversation.py and recorded_sampler.py.

Each message asks one thing, and gets one answer: "answer", or "error" if it cannot be done. "warning" may come before
it. "failed" is the last.
"""

import errno
import logging
import shutil
import sqlite3
import uuid

from optuna.trial import TrialState

GREATEST_BACKUP_COUNT = 5
STUDY_ID, INCOMPLETE, PRUNING = "helios:id", "helios:incomplete", "helios:pruning"
STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "fail": TrialState.FAIL}
FINISHED = tuple(STATES.values())


class Warnings(logging.Handler):
    def emit(self, record):
        warn(record.getMessage()[:500])


def show_warning(message, category, *rest):
    if not issubclass(category, optuna.exceptions.ExperimentalWarning):
        warn(describe(message))


def explain(error):
    """What went wrong, and what to do."""
    texts, chain = [], error
    while chain is not None and len(texts) < 10:
        texts.append(describe(chain))
        if isinstance(chain, OSError) and chain.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            texts.append("disk is full")
        chain = chain.__cause__ or chain.__context__
    text = " ".join(texts)
    if isinstance(error, Failure):
        return texts[0]
    if "database is locked" in text:
        return (
            "the database is locked: another program has been writing into it, and does not end. Nothing is lost: run this "
            "program again when the other one has ended")
    if "disk is full" in text or "disk I/O error" in text:
        return (
            f"the study cannot be written, since the disk is full or fails ({texts[-1][:200]}). Nothing is lost: make "
            "room, and run this program again")
    if "unable to open database file" in text:
        return "the file of the study cannot be opened: see that it is a file, and that you may write it and its folder"
    if "not a database" in text or "malformed" in text:
        return f"the file of the study is damaged, or is no SQLite database: restore a backup of it ({texts[-1][:200]})"
    return texts[0]


def make(module, described, what):
    """An object of one of Optuna's classes."""
    name = described["class"]
    kind = getattr(module, name, None) if re.fullmatch(r"[A-Z]\w*", name) else None
    if not isinstance(kind, type):
        names = ", ".join(name for name in sorted(vars(module)) if name.endswith(what) and not name.startswith("Base"))
        raise Failure(f"optuna {optuna.__version__} has no {what.lower()} '{name}'. There are: {names}")
    try:
        return kind(**described["arguments"])
    except Exception as error:
        raise Failure(f"optuna cannot make the {what.lower()} {name}: {describe(error)}")


def distribution(described):
    kinds = optuna.distributions
    kind = described["kind"]
    if kind == "categorical":
        return kinds.CategoricalDistribution(described["choices"])
    if kind == "int":
        return kinds.IntDistribution(described["low"], described["high"], described["log"], described["step"])
    low, high, step = float(described["low"]), float(described["high"]), described["step"]
    return kinds.FloatDistribution(low, high, described["log"], None if step is None else float(step))


class Study:
    def __init__(self, options):
        self.options = options
        self.name, self.folder, self.file = options["name"], options["folder"], options["file"]
        self.trial, self.is_exhausted = None, False
        try:
            if self.file and os.path.isdir(self.file):
                raise Failure(f"{self.file} is a folder, and a study needs a file: name another")
            os.makedirs(self.folder, exist_ok=True)
            self.take_lock()
            self.inner = make(optuna.samplers, options["sampler"], "Sampler")
            if hasattr(self.inner, "_seed") and "seed" not in options["sampler"]["arguments"]:
                raise Failure(f"give {options['sampler']['class']} a seed: otherwise no stopped search can resume")
            self.pruner = make(optuna.pruners, options["pruner"], "Pruner")
            if self.file:
                os.makedirs(os.path.dirname(self.file), exist_ok=True)
            is_there = bool(self.file) and os.path.exists(self.file) and os.path.getsize(self.file) > 0
            if is_there and options["backup"]:
                self.back_up(self.file)
            self.storage = self.open_storage()
            origin = options["origin"]
            self.is_new = self.open(self.copy(origin) if origin else None)
            self.study.stop = self.note_exhaustion
            self.restore_sampler()
        except Exception as error:
            raise Failure(explain(error))

    # Opening

    def take_lock(self):
        """Keeps other programs away, and waits a while for the Python of one that was killed."""
        self.lock_file = open(os.path.join(self.folder, ".lock"), "a+")
        deadline = time.monotonic() + self.options["lockPatience"]
        while True:
            try:
                fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    self.lock_file.seek(0)
                    owner = self.lock_file.read(100).strip() or "unknown"
                    raise Failure(
                        f"another program is searching in the study '{self.name}' (process {owner}): end it, or wait "
                        "for it, since a resumed search is exact only if one program at a time does it")
                time.sleep(0.05)
            except OSError as error:
                warn(f"{self.folder} cannot be locked ({describe(error)}): see that no other program uses the study")
                break
        self.lock_file.truncate(0)
        self.lock_file.write(str(self.options["process"]))
        self.lock_file.flush()

    def open_storage(self):
        address, arguments = self.options["storage"], None
        if self.file:
            # Optuna and SQLAlchemy read braces, question marks and percent signs of an address in ways of their own. The
            # folder may have them, since it is not a part of this one.
            folder, name = os.path.split(self.file)
            if re.search(r"[{}?%]", name):
                raise Failure(f"the file of a study cannot have {{, }}, ? or % in its name, as '{name}' has: rename it")
            os.chdir(folder)
            address = f"sqlite:///{name}"
            arguments = {"connect_args": {"timeout": self.options["databasePatience"]}}
        try:
            return optuna.storages.RDBStorage(address, engine_kwargs=arguments)
        except ImportError as error:
            raise Failure(f"Python lacks what this storage needs: {describe(error)}")

    def back_up(self, path):
        """Copies the database, and the records of the sampler if that is wanted, and removes the oldest copies."""
        folder, start = os.path.dirname(path), f"{os.path.basename(path)}.backup-"
        numbers = [name[len(start):] for name in os.listdir(folder) if name.startswith(start)]
        numbers = sorted(int(text) for text in numbers if text.isdecimal())
        number = numbers[-1] + 1 if numbers else 1
        target = os.path.join(folder, f"{start}{number}")
        partial = f"{target}.new"
        source = sqlite3.connect(f"{pathname(path)}?mode=ro", uri=True, timeout=self.options["databasePatience"])
        try:
            copy = sqlite3.connect(partial)
            try:
                source.backup(copy)
            finally:
                copy.close()
            os.replace(partial, target)
        except BaseException:
            if os.path.exists(partial):
                os.unlink(partial)
            raise
        finally:
            source.close()
        if self.options["backupSamplers"]:
            shutil.copytree(
                self.folder, f"{target}.samplers", dirs_exist_ok=True,
                ignore=lambda _, names: [name for name in names if not name.startswith("trial-")])
        for old in numbers[:max(0, len(numbers) + 1 - GREATEST_BACKUP_COUNT)]:
            os.unlink(os.path.join(folder, f"{start}{old}"))
            shutil.rmtree(os.path.join(folder, f"{start}{old}.samplers"), ignore_errors=True)

    def open(self, copied):
        """Loads the study, or creates it, and says whether it is new."""
        names = optuna.get_all_study_names(storage=self.storage)
        is_new = self.name not in names
        # The records tell this study from one of the same name that was removed.
        if is_new and not copied and Records(self.folder, "", None).numbers():
            raise Failure(
                f"the study '{self.name}' is not in its storage any more, and {self.folder} has the records of its "
                "sampler: restore the storage from a backup, or remove the folder to begin again")
        self.study = optuna.create_study(
            study_name=self.name, storage=self.storage, direction=self.options["direction"], sampler=self.inner,
            pruner=self.pruner, load_if_exists=True)
        directions = [direction.name.lower() for direction in self.study.directions]
        if directions != [self.options["direction"]]:
            raise Failure(
                f"the study '{self.name}' is there, and is to {' and '.join(directions)} its value, not to "
                f"{self.options['direction']} it: pass that direction, or another name")
        self.id = self.study.user_attrs.get(STUDY_ID)
        if self.id is None:
            self.id = str(uuid.uuid4())
            self.study.set_user_attr(STUDY_ID, self.id)
        self.records = Records(self.folder, self.id, self.options["sampler"])
        self.study.sampler = RecordedSampler(self.inner, self.records)
        if copied:
            self.fill(*copied)
        elif self.study.user_attrs.get(INCOMPLETE):
            raise Failure(
                f"the study '{self.name}' was being made from another one when that was stopped: call "
                "createStudy(startingFromTrial:) again")
        return is_new

    # Starting from a trial of another study

    def copy(self, origin):
        """The first trials of another study, and their records."""
        number, name = origin["trial"], origin["name"]
        names = optuna.get_all_study_names(storage=self.storage)
        if name not in names:
            raise Failure(f"there is no study '{name}' to start from. There are: {', '.join(sorted(names)) or 'none'}")
        if self.name in names:
            there = optuna.load_study(study_name=self.name, storage=self.storage)
            if not there.user_attrs.get(INCOMPLETE):
                raise Failure(f"there is a study '{self.name}' already: name another one")
            optuna.delete_study(study_name=self.name, storage=self.storage)
            for old in Records(self.folder, "", None).numbers():
                os.unlink(os.path.join(self.folder, f"trial-{old}.json"))
        elif Records(self.folder, "", None).numbers():
            raise Failure(f"{self.folder} has records of another study: pass another samplerPath:")
        study = optuna.load_study(study_name=name, storage=self.storage, sampler=self.inner)
        trials = study.get_trials(deepcopy=False)
        first = trials[:number]
        if not 0 <= number <= len(trials) or any(not trial.state.is_finished() for trial in first):
            finished = sum(1 for trial in trials if trial.state.is_finished())
            raise Failure(f"'{name}' has {finished} finished trials, so that no study can start from its trial {number}")
        records = Records(origin["folder"], study.user_attrs.get(STUDY_ID), self.options["sampler"])
        return first, [records.read(index) for index in range(number + 1)]

    def fill(self, trials, records):
        self.study.set_user_attr(INCOMPLETE, True)
        for trial in trials:
            self.study.add_trial(trial)
        for number, record in enumerate(records):
            if record is None:
                continue
            record["study"] = self.id
            if number == len(trials):
                record.update(random=record["began"], before=False, relative=None, independent={}, after=False)
            write_safely(self.records.path(number), json.dumps(record))
        self.study.set_user_attr(INCOMPLETE, False)

    # The sampler

    def restore_sampler(self):
        numbers = self.records.numbers()
        if not numbers:
            if self.study.get_trials(deepcopy=False):
                warn(
                    f"{self.folder} has no state of the sampler: other values will be suggested than if the search had "
                    "not been stopped")
            return
        record = self.records.read(numbers[-1])
        if record["sampler"] != self.options["sampler"]:
            raise Failure(
                f"the search was begun with the sampler {json.dumps(record['sampler'])}, and the program has "
                f"{json.dumps(self.options['sampler'])}: use the same one, or another name for the study")
        if record["optuna"] != optuna.__version__:
            warn(
                f"the search was stopped in optuna {record['optuna']}, and this is {optuna.__version__}: other values may "
                "be suggested than if it had not been stopped")
        self.records.restore(self.inner, record["random"], numbers[-1])
        self.is_exhausted = bool(record.get("exhausted"))

    def note_exhaustion(self):
        """A sampler that has tried everything stops the study while a trial is told."""
        self.is_exhausted = self.records.current["exhausted"] = True

    # Trials

    def count(self):
        return sum(1 for trial in self.study.get_trials(deepcopy=False) if trial.state in FINISHED)

    def next(self, message):
        """Takes up the trial that was interrupted, or asks for a new one."""
        if self.trial is not None:
            raise Failure(f"trial {self.trial.number} is not over: finish it before the next one begins")
        trials = self.study.get_trials(deepcopy=False)
        running = [trial for trial in trials if trial.state == TrialState.RUNNING]
        if running:
            return self.resume(running[0])
        if self.is_exhausted:
            return {"trial": None}
        waiting = [trial.number for trial in trials if trial.state == TrialState.WAITING]
        self.records.begin(waiting[0] if waiting else len(trials), self.inner)
        self.trial = self.study.ask()
        return self.describe_trial(False)

    def resume(self, frozen):
        record = self.records.read(frozen.number)
        if record is None:
            warn(
                f"{self.folder} has no record of trial {frozen.number}, which is resumed: what it has not been suggested "
                "yet may be other than if it had not been stopped")
            self.records.begin(frozen.number, self.inner)
        else:
            self.records.current = record
            self.records.restore(self.inner, record["random"], frozen.number)
        self.trial = optuna.trial.Trial(self.study, frozen._trial_id)
        return self.describe_trial(True)

    def describe_trial(self, is_resumed):
        return {"trial": {"number": self.trial.number, "params": self.trial.params, "resumed": is_resumed}}

    def current(self, message):
        if self.trial is None or self.trial.number != message["number"]:
            raise Failure(f"trial {message['number']} is over")
        return self.trial

    def suggest(self, message):
        trial, name = self.current(message), message["name"]
        wanted = distribution(message["distribution"])
        known = trial.distributions.get(name)
        if known is not None and known != wanted:
            raise Failure(
                f"'{name}' was suggested from {known} in this trial, and is now to come from {wanted}: use another name, "
                "or what was there before")
        try:
            return {"value": plain(trial._suggest(name, wanted))}
        except ValueError as error:
            raise Failure(
                f"'{name}' cannot be suggested from {wanted}: {describe(error)}. In all trials of a study, a name stands "
                "for values of one kind, and for the same choices")

    def report(self, message):
        """Notes a value, and says whether the trial should be pruned: the same as before if it was asked before."""
        trial, step, value = self.current(message), message["step"], float(message["value"])
        frozen = self.study._storage.get_trial(trial._trial_id)
        known = frozen.intermediate_values.get(step)
        if known is None:
            trial.report(value, step)
        elif known != value and known == known:
            warn(
                f"trial {trial.number} has reported {known} for cycle {step} before it was stopped, and now {value}: the "
                "first one stays. Does the training depend on something besides its seed?")
        asked = frozen.system_attrs.get(PRUNING)
        if asked and step <= asked["step"]:
            return {"prune": bool(asked["prune"]) and step == asked["step"]}
        seen = self.study._storage.get_trial(trial._trial_id)
        seen.intermediate_values = {at: value for at, value in seen.intermediate_values.items() if at <= step}
        prune = bool(self.study.pruner.prune(self.study, seen))
        self.study._storage.set_trial_system_attr(trial._trial_id, PRUNING, {"step": step, "prune": prune})
        return {"prune": prune}

    def attribute(self, message):
        self.current(message).set_user_attr(message["key"], message["value"])
        return {}

    def tell(self, message):
        trial, state, value = self.current(message), message["state"], message["value"]
        if state == "complete":
            value = float(value)
            if value != value:
                warn(f"the value of trial {trial.number} is not a number: the trial counts as failed")
                state, value = "fail", None
        self.study.tell(trial, value, state=STATES[state])
        self.trial = None
        return {"finished": self.count()}

    # What is known

    def trials(self, message):
        every = self.study.get_trials(deepcopy=False)
        return {"trials": [summary(trial) for trial in every[message["from"]:message["from"] + 500]], "count": len(every)}

    def best(self, message):
        try:
            return {"trial": summary(self.study.best_trial)}
        except ValueError:
            return {"trial": None}


def summary(trial):
    value = trial.values[0] if trial.values else None
    return {
        "number": trial.number, "state": trial.state.name.lower(), "value": number(value), "params": trial.params,
        "reported": [[step, number(value)] for step, value in sorted(trial.intermediate_values.items())],
        "attributes": {
            key: value for key, value in trial.user_attrs.items() if isinstance(value, (str, int, float, bool))},
    }


def number(value):
    """A number for JSON, which has no word for some of them."""
    return value if value is None or abs(value) < float("inf") else str(value)


def pathname(path):
    from urllib.parse import quote

    return f"file:{quote(path)}"


def main():
    optuna.logging.disable_default_handler()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    logging.getLogger("optuna").addHandler(Warnings())
    warnings.showwarning = show_warning
    warnings.simplefilter("always")
    study = None
    for message in messages(lambda: None):
        kind = message["do"]
        if kind == "close":
            break
        try:
            if kind == "open":
                study = Study(message)
                answer("answer", {
                    "id": study.id, "new": study.is_new, "finished": study.count(), "optuna": optuna.__version__})
            else:
                answer("answer", getattr(study, kind)(message))
        except Exception as error:
            answer("failed" if study is None else "error", explain(error)[:2000])
            if study is None:
                sys.exit(1)
    answer("closed", True)


main()
