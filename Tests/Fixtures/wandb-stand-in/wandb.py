"""A stand-in for the package wandb and its server: it keeps the rows of a run in the file that HELIOS_STAND_IN names.

A test has no account at W&B. This does what the documentation says of a run that is resumed: `summary` has the last
value of each column.
"""

import json
import os

PATH = os.environ["HELIOS_STAND_IN"]


class Settings:
    def __init__(self, **settings):
        self.settings = settings


class Run:
    def __init__(self, arguments):
        if os.path.exists(PATH):
            with open(PATH) as file:
                self.server = json.load(file)
        else:
            self.server = {"starts": [], "rows": [], "exits": []}
        self.server["starts"].append(arguments)
        self.summary = {}
        for row in self.server["rows"]:
            self.summary.update(row)

    def define_metric(self, name, step_metric=None, hidden=False):
        pass

    def log(self, row):
        self.server["rows"].append(row)

    def finish(self, exit_code=0):
        self.server["exits"].append(exit_code)
        with open(PATH, "w") as file:
            json.dump(self.server, file)


def init(settings, **arguments):
    return Run(arguments)
