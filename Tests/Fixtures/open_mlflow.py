"""Prints what MLflow's own client finds in a store, as JSON: open_mlflow.py <URI> <experiment>.

It needs the package mlflow.
"""

import json
import os
import sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

from mlflow.tracking import MlflowClient

uri, experiment = sys.argv[1:]
client = MlflowClient(tracking_uri=uri)


def number(value):
    """JSON has no infinities."""
    return value if value == value and abs(value) != float("inf") else str(value)


def artifacts(run, folder=""):
    """The contents of the files of a run by their paths."""
    found = {}
    for entry in client.list_artifacts(run, folder):
        if entry.is_dir:
            found.update(artifacts(run, entry.path))
        else:
            with open(client.download_artifacts(run, entry.path), "rb") as file:
                found[entry.path] = file.read().decode(errors="replace")
    return found


runs = []
for run in client.search_runs([client.get_experiment_by_name(experiment).experiment_id]):
    identifier = run.info.run_id
    runs.append(
        {
            "id": identifier, "name": run.info.run_name, "status": run.info.status, "params": run.data.params,
            "tags": run.data.tags, "artifacts": artifacts(identifier),
            "metrics": {
                key: [
                    [metric.step, number(metric.value), metric.timestamp]
                    for metric in client.get_metric_history(identifier, key)
                ]
                for key in run.data.metrics
            },
        })
print(json.dumps(runs))
