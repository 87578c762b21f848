"""A sampler that draws the same again after a kill: Helios runs this after conversation.py, and study.py after it."""

import re
import tempfile
import warnings

OLDEST = (4, 0)


def load_optuna():
    optuna = load("optuna")
    version = tuple(int(part) for part in re.findall(r"\d+", optuna.__version__)[:2])
    if version < OLDEST:
        raise Failure(
            f"Python has optuna {optuna.__version__}, and this needs {OLDEST[0]}.{OLDEST[1]} or later: "
            f"`pip install --upgrade optuna` ({sys.executable})")
    return optuna


try:
    optuna = load_optuna()
except Failure as failure:
    answer("failed", str(failure))
    sys.exit(1)

from optuna.samplers._lazy_random_state import LazyRandomState  # noqa: E402


def write_safely(path, text):
    """Writes a file so that a kill, or a full disk, leaves the old one or the new one."""
    folder = os.path.dirname(path)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".new")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def generators(sampler):
    """The random generators of a sampler and of all that it is made of, in a fixed order."""
    found, seen = [], set()

    def visit(value, depth):
        if id(value) in seen or depth > 6:
            return
        seen.add(id(value))
        if isinstance(value, LazyRandomState):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                visit(item, depth + 1)
        elif type(value).__module__.startswith("optuna.samplers"):
            for name in sorted(vars(value) if hasattr(value, "__dict__") else ()):
                visit(vars(value)[name], depth + 1)

    visit(sampler, 0)
    return found


def state_of(sampler):
    states = []
    for generator in generators(sampler):
        kind, words, position, has_gauss, gauss = generator.rng.get_state()
        if kind != "MT19937":
            raise Failure(f"the random generator {kind} of the sampler cannot be saved")
        states.append([base64.b64encode(words.astype("<u4").tobytes()).decode(), int(position), int(has_gauss), gauss])
    return states


def restore(sampler, states):
    import numpy

    found = generators(sampler)
    if len(found) != len(states):
        raise ValueError("it has another number of random generators")
    for generator, (words, position, has_gauss, gauss) in zip(found, states):
        words = numpy.frombuffer(base64.b64decode(words, validate=True), dtype="<u4")
        if len(words) != 624 or not 0 <= int(position) <= 624:
            raise ValueError("it is no state of a random generator")
        generator.rng.set_state(("MT19937", words, int(position), int(has_gauss), float(gauss)))


def plain(value):
    """A value as JSON has it, without NumPy."""
    return value.item() if hasattr(value, "item") else value


class Records:
    """The folder with one file for each trial: the state of the sampler before and after it, and what it drew.

    A value is in its file before it is in the study. So a trial that was killed at any moment either finds what it
    drew, or draws it again from the same state.
    """

    GREATEST_LENGTH = 1 << 24

    def __init__(self, folder, study_id, sampler):
        self.folder, self.study_id, self.sampler = folder, study_id, sampler
        self.current = None

    def path(self, number):
        return os.path.join(self.folder, f"trial-{number}.json")

    def numbers(self):
        found = (re.fullmatch(r"trial-(\d{1,9})\.json", name) for name in os.listdir(self.folder))
        return sorted(int(match[1]) for match in found if match)

    def read(self, number):
        """The record of a trial; None if there is none."""
        path = self.path(number)
        try:
            with open(path, "rb") as file:
                text = file.read(self.GREATEST_LENGTH)
        except FileNotFoundError:
            return None
        try:
            record = json.loads(text)
            if record["format"] != 1:
                raise ValueError("another version of Helios wrote it")
            for key, kind in [
                ("study", str), ("optuna", str), ("sampler", dict), ("began", list), ("random", list),
                ("before", bool), ("independent", dict), ("after", bool),
            ]:
                if not isinstance(record[key], kind):
                    raise ValueError(f"'{key}' is damaged")
            if record["relative"] is not None and not isinstance(record["relative"], dict):
                raise ValueError("'relative' is damaged")
        except Exception as error:
            raise Failure(
                f"{path} is no record of a sampler ({describe(error)}): restore it from a backup, or remove it, and "
                "other values will be suggested than without the stop")
        if record["study"] != self.study_id:
            raise Failure(
                f"{path} belongs to another study: pass another samplerPath:, or remove the folder {self.folder}")
        return record

    def restore(self, inner, states, number):
        try:
            restore(inner, states)
        except Exception as error:
            raise Failure(f"{self.path(number)} does not fit the sampler: {describe(error)}")

    def begin(self, number, inner):
        """Notes that a trial is about to begin."""
        state = state_of(inner)
        self.current = {
            "format": 1, "study": self.study_id, "optuna": optuna.__version__, "sampler": self.sampler,
            "trial": number, "began": state, "random": state, "before": False, "relative": None, "independent": {},
            "after": False,
        }
        self.save(inner)

    def save(self, inner):
        self.current["random"] = state_of(inner)
        write_safely(self.path(self.current["trial"]), json.dumps(self.current))


class RecordedSampler(optuna.samplers.BaseSampler):
    """Another sampler, whose draws are in the records before anyone gets them."""

    def __init__(self, inner, records):
        self.inner, self.records = inner, records

    def __str__(self):
        return str(self.inner)

    def infer_relative_search_space(self, study, trial):
        return self.inner.infer_relative_search_space(study, trial)

    def before_trial(self, study, trial):
        record = self.records.current
        if not record["before"]:
            self.inner.before_trial(study, trial)
            record["before"] = True
            self.records.save(self.inner)

    def sample_relative(self, study, trial, search_space):
        record = self.records.current
        if record["relative"] is None:
            drawn = self.inner.sample_relative(study, trial, search_space)
            record["relative"] = {name: plain(value) for name, value in drawn.items()}
            self.records.save(self.inner)
        return {name: value for name, value in record["relative"].items() if name in search_space}

    def sample_independent(self, study, trial, param_name, param_distribution):
        drawn = self.records.current["independent"]
        if param_name not in drawn:
            drawn[param_name] = plain(self.inner.sample_independent(study, trial, param_name, param_distribution))
            self.records.save(self.inner)
        return drawn[param_name]

    def after_trial(self, study, trial, state, values):
        record = self.records.current
        if not record["after"]:
            self.inner.after_trial(study, trial, state, values)
            record["after"] = True
            self.records.save(self.inner)

    def reseed_rng(self):
        self.inner.reseed_rng()
