"""Prints what Optuna itself suggests for the function of Tests/HeliosOptunaTests/Support.swift: a trial on each line.

optuna_search.py <trials> [<sampler> <pruner>]...
"""

import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def quadratic(trial):
    x = trial.suggest_float("x", -5, 5)
    n = trial.suggest_int("n", 1, 64, log=True)
    kind = trial.suggest_categorical("kind", ["a", "b"])
    value = x * x + n / 10 + (1 if kind == "a" else 0)
    for cycle in range(4):
        trial.report(value + (4 - cycle), cycle)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return value


samplers = {
    "tpe": lambda: optuna.samplers.TPESampler(seed=1), "random": lambda: optuna.samplers.RandomSampler(seed=1),
    "multivariate": lambda: optuna.samplers.TPESampler(seed=1, multivariate=True),
}
pruners = {
    "median": lambda: optuna.pruners.MedianPruner(n_startup_trials=3),
    "halving": lambda: optuna.pruners.SuccessiveHalvingPruner(),
}
for sampler, pruner in zip(sys.argv[2::2], sys.argv[3::2]):
    study = optuna.create_study(study_name="test", sampler=samplers[sampler](), pruner=pruners[pruner]())
    study.optimize(quadratic, n_trials=int(sys.argv[1]))
    for trial in study.trials:
        print(json.dumps([trial.number, trial.state.name.lower(), trial.values[0], trial.params["x"], trial.params["n"],
                          trial.params["kind"], len(trial.intermediate_values)]))
