"""Logs to MLflow."""

import posixpath
import re
from urllib.parse import unquote, urlparse

# A tag that finds the run again, before anybody knows which ID MLflow has given it.
TAG = "helios.run"
GREATEST_BATCH = 1_000
GREATEST_PARAM_BATCH = 100
GREATEST_PARAM_LENGTH = 6_000
GREATEST_KEY_LENGTH = 180


class MLflowRun:
    def __init__(self, options):
        wait_for_turn(**options["turn"])
        # Without it, MLflow 3 refuses to log into a folder.
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        load("mlflow")
        from mlflow.entities import Metric, Param
        from mlflow.tracking import MlflowClient

        be_quiet()
        self.Metric, self.Param = Metric, Param
        self.client = MlflowClient(tracking_uri=options["uri"])
        self.keys, self.batch, self.repeated = {}, [], {}
        try:
            self.id = self.open(options)
        except Failure:
            raise
        except Exception as error:
            raise Failure(f"MLflow cannot begin the run: {describe(error)}")
        if options["start"] == "resumed":
            self.rewind(options)
        if options["parameters"]:
            self.log_parameters(options["parameters"])

    # The run

    def open(self, options):
        """Continues the run that has the tag, or begins one."""
        experiment = self.client.get_experiment_by_name(options["experiment"])
        if experiment is None:
            identifier = self.client.create_experiment(options["experiment"])
        elif experiment.lifecycle_stage == "deleted":
            raise Failure(
                f"the experiment '{options['experiment']}' was deleted in MLflow: restore it, or log to another")
        else:
            identifier = experiment.experiment_id
        if options["start"] != "new":
            found = self.client.search_runs([identifier], f"tags.`{TAG}` = '{options['run']}'", max_results=1)
            if found:
                self.client.update_run(found[0].info.run_id, status="RUNNING")
                return found[0].info.run_id
            if options["counts"]:
                warn("MLflow does not have the run of the checkpoint: a new run begins")
                options["counts"] = {}
        tags = {TAG: options["run"], **options["tags"]}
        return self.client.create_run(identifier, run_name=options["name"], tags=tags).info.run_id

    def rewind(self, options):
        """Takes back what the stopped run logged after the checkpoint, or finds out what it was."""
        run = self.client.get_run(self.id)
        counts = {self.key(name): count for name, count in options["counts"].items()}
        scheme = urlparse(options["uri"]).scheme
        folder = None
        if scheme in ("", "file"):
            root = unquote(urlparse(options["uri"]).path)
            folder = os.path.join(root, run.info.experiment_id, self.id)
        surplus, missing = 0, 0
        for key in set(run.data.metrics) | set(counts):
            expected = counts.get(key, 0)
            if folder:
                missing += self.cut(folder, key, expected)
                continue
            found = len(self.client.get_metric_history(self.id, key)) if key in run.data.metrics else 0
            missing += max(0, expected - found)
            if found > expected:
                self.repeated[key] = found - expected
                surplus += found - expected
        if surplus:
            warn(
                f"this store of MLflow takes nothing back: the {surplus} numbers that the stopped run logged after "
                "this checkpoint stay, and this one, which repeats them, does not log them again")
        if missing:
            warn(f"{missing} numbers that the stopped run logged before this checkpoint did not reach MLflow")

    def cut(self, folder, key, count):
        """Cuts a metric's file back to its first lines, and keeps the rest beside it; says how many are missing."""
        path = os.path.join(folder, "metrics", *key.split("/"))
        if not os.path.isfile(path):
            return count
        with open(path, "rb") as file:
            lines = 0
            while lines < count:
                line = file.readline()
                # The last line may be half a line.
                if not line.endswith(b"\n"):
                    file.seek(-len(line), os.SEEK_CUR)
                    break
                lines += 1
            length, rest = file.tell(), file.read()
        if rest:
            kept = os.path.join(folder, "discarded", *key.split("/"))
            os.makedirs(os.path.dirname(kept), exist_ok=True)
            with open(kept, "ab") as file:
                file.write(rest)
            os.truncate(path, length)
        if length == 0:
            os.remove(path)
        return count - lines

    # Records

    def log(self, record):
        for name, value in record.get("points", []):
            key = self.key(name)
            if self.repeated.get(key, 0) > 0:
                self.repeated[key] -= 1
                continue
            self.batch.append(self.Metric(key, float(value), int(record["time"] * 1000), record["step"]))
            if len(self.batch) >= GREATEST_BATCH:
                self.write()
        place = f"{self.key(record['name'])}/{record['step']}"
        if "images" in record:
            many = len(record["images"]) > 1
            for index, text in enumerate(record["images"]):
                self.log_file(f"{place}-{index}.png" if many else f"{place}.png", base64.b64decode(text))
        elif "text" in record:
            self.client.log_text(self.id, record["text"], f"{place}.md")
        elif "hyperparameters" in record:
            self.log_parameters(record["hyperparameters"])
        else:
            for kind in ("histogram", "precision_recall", "confusion", "embedding"):
                if kind in record:
                    self.client.log_text(self.id, json.dumps(record[kind], ensure_ascii=False), f"{place}.json")

    def write(self):
        batch, self.batch = self.batch, []
        if not batch:
            return
        try:
            self.client.log_batch(self.id, metrics=batch)
        except Exception:
            # One that MLflow does not take must not keep the others away.
            for metric in batch:
                try:
                    self.client.log_batch(self.id, metrics=[metric])
                except Exception as error:
                    warn(f"'{metric.key}' is lost: {describe(error)}")

    def log_file(self, path, contents):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            local = os.path.join(folder, posixpath.basename(path))
            with open(local, "wb") as file:
                file.write(contents)
            self.client.log_artifact(self.id, local, posixpath.dirname(path))

    def log_parameters(self, values):
        known = self.client.get_run(self.id).data.params
        new = []
        for name, value in values.items():
            key, text = self.key(name), str(value)[:GREATEST_PARAM_LENGTH]
            if key not in known:
                new.append(self.Param(key, text))
            elif known[key] != text:
                warn(f"MLflow keeps the first value of a parameter: '{name}' stays '{known[key]}', and is '{text}' now")
        for start in range(0, len(new), GREATEST_PARAM_BATCH):
            self.client.log_batch(self.id, params=new[start:start + GREATEST_PARAM_BATCH])

    def close(self, is_whole):
        self.client.set_terminated(self.id, "FINISHED" if is_whole else "KILLED")

    def key(self, name):
        """The name in MLflow, which takes letters, digits, `_-. :` and slashes, and uses it as the name of a file."""
        if name not in self.keys:
            # Names that are made of numbers would fill the memory.
            if len(self.keys) >= 10_000:
                self.keys.clear()
            self.keys[name] = self.make_key(name)
        return self.keys[name]

    def make_key(self, name):
        parts = [part for part in re.sub(r"[^/\w.\- :]", "_", name).split("/") if part]
        key = "/".join(part if part.strip(".") else "_" * len(part) for part in parts)
        cut = key.encode()[:GREATEST_KEY_LENGTH].decode(errors="ignore")
        if cut == name:
            return name
        # Different names stay different.
        key = f"{cut}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        warn(f"MLflow takes no such name as '{name[:80]}': there it is '{key[:100]}'")
        return key


converse(MLflowRun)
