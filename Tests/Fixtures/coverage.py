#!/usr/bin/env python3
"""Counts the cases of the fixtures, and writes docs/coverage.md: what is compared with PyTorch, name by name.

Needs no PyTorch: it reads the JSON files beside it."""

import collections
import json
import pathlib

FOLDER = pathlib.Path(__file__).parent

# The scheduler of each case, by how its name begins; the first that fits.
SCHEDULERS = {
    "lambda": "LambdaLR",
    "multiplicative": "MultiplicativeLR",
    "step": "StepLR",
    "multistep restart": "MultiStepRestartLR (Helios)",
    "multistep": "MultiStepLR",
    "constant": "ConstantLR",
    "linear": "LinearLR",
    "exponential": "ExponentialLR",
    "polynomial": "PolynomialLR",
    "cosine restart": "CosineAnnealingRestartLR (Helios)",
    "cosine": "CosineAnnealingLR",
    "warm restarts": "CosineAnnealingWarmRestarts",
    "plateau": "ReduceLROnPlateau",
    "cyclic": "CyclicLR",
    "one cycle": "OneCycleLR",
    "swa": "SWALR",
    "warm-up": "LinearWarmupScheduler (Helios)",
    "no warm-up": "LinearWarmupScheduler (Helios)",
    "chained": "ChainedScheduler",
    "sequential": "SequentialLR",
}


# What has no fixture of its own, and the file of its tests.
TESTED = {
    "gradients, of higher order too (`grad`), and the modes": "TorchTests/AutogradTests",
    "custom autograd functions": "TorchTests/AutogradFunctionTests",
    "hooks on tensors": "TorchTests/TensorHookTests",
    "hooks on modules": "TorchNNTests/ModuleHooksTests",
    "activation checkpointing": "TorchTests/ActivationCheckpointTests",
    "parameter vectors": "TorchNNTests/ParameterVectorTests",
    "`WeightedLoss` (Helios)": "TorchNNTests/WeightedLossTests",
    "`summary(inputSize:)`": "TorchNNTests/ModuleSummaryTests",
    "errors of operations": "TorchTests/TorchErrorTests",
    "operations with odd arguments, and each recorded call with some of its arguments replaced":
        "TorchTests/OperationsFuzzTests",
    "recorded calls, and random expressions in both libraries side by side": "TorchTests/GeneratedOperationsTests",
    "optimisers by turns in both libraries": "TorchOptimTests/PythonExchangeTests",
}


def read(name: str):
    return json.loads((FOLDER / f"{name}.json").read_text())


def table(head: str, counts: dict) -> str:
    rows = "\n".join(f"| `{name}` | {count} |" for name, count in counts.items())
    return f"| {head} | cases |\n|---|---|\n{rows}\n"


def layers() -> str:
    parts = []
    for path in sorted(FOLDER.glob("layers-*.json")):
        counts = collections.Counter(
            case["description"].split("(")[0] for case in json.loads(path.read_text()).values())
        family = path.stem.removeprefix("layers-")
        parts.append(f"### {family.capitalize()}\n\n{table('layer', dict(sorted(counts.items())))}")
    return "\n".join(parts)


def scheduler(case: str) -> str:
    return next(name for start, name in SCHEDULERS.items() if case.startswith(start))


def tested() -> str:
    rows = []
    for what, name in TESTED.items():
        count = (FOLDER.parent / f"{name}.swift").read_text().count("@Test(")
        rows.append(f"| {what} | `{name}` | {count} |")
    return "| what | tests | count |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def main():
    operations = read("generated-operations")
    calls = operations["calls"]
    names = {call["operation"].split(".")[0] for call in calls}
    # A case without a module is one of a function that has more options than its module.
    losses = collections.Counter(
        case["module"] for case in read("losses")["cases"].values() if "module" in case)
    optimisers = collections.Counter(case.split()[0] for case in read("optimisers")["cases"])
    schedulers = collections.Counter(scheduler(case) for case in read("schedulers")["cases"])
    drawn = read("initialisers")
    averaging = read("weight-averaging")["cases"]
    unrecorded = "\n".join(f"| `{name}` | {reason} |" for name, reason in operations["unrecorded"].items())
    text = f"""# What is compared with PyTorch

Written by `Tests/Fixtures/coverage.py` from the fixtures. A case is one set of options, recorded with PyTorch 2.13.0 and compared by the tests.

## Operations

{len(calls)} recorded calls of {len(names)} operations, random ones too, compared at relative 1e-6. `GeneratedOperationsTests` fails for an overload that has no call and no reason not to have one. Which operations there are, and why others are not, is in [Tools/operations-report.md](../Tools/operations-report.md).

| not recorded | because it |
|---|---|
{unrecorded}

## Layers

Initial weights (to the bit), state-dict keys and order, description, output, gradients and running statistics, in training and in evaluation, at relative 1e-6. `LayerNamesTests` fails for a class of torch.nn that has no case and no reason not to have one.

{layers()}
`ExportableAdaptiveAvgPool2d` (Helios) is compared with `AdaptiveAvgPool2d`. `summary(inputSize:)`, hooks and module descriptions have tests of their own.

## Losses

Each reduction, with gradients, at relative 1e-6. `WeightedLoss` (Helios) has tests of its own.

{table("loss", dict(sorted(losses.items())))}
## Optimisers

Twenty steps on several shapes, two groups with different learning rates, state and layout, to the bit; and a resume in the middle.

{table("optimiser", dict(sorted(optimisers.items())))}
## Schedulers

A hundred steps of two groups, at relative 1e-12, and the state after 37 of them.

{table("scheduler", dict(sorted(schedulers.items())))}
## The rest

| what | cases |
|---|---|
| initialisers: {", ".join(f"`{name}`" for name in drawn["functions"])} | {len(drawn["drawn"])} |
| `defaultInitWeights` (Helios) | 1 |
| gradient clipping by norm and by value | {len(read("gradient-clipping")["byNorm"]) + 1} |
| averaged models: equal, exponential, a function | {len(averaging)} |
| batch-norm update for averaged weights | 1 |
| gradient scaler | {len(read("grad-scaler"))} |
| random numbers of a seed | {len(read("random-numbers")["sequences"])} |
| parts of tensors by subscripts | {sum(len(part) for part in read("indexing").values() if isinstance(part, (dict, list)))} |
| what a tensor prints | {len(read("tensor-descriptions"))} |

## With tests of their own

{tested()}"""
    path = FOLDER.parents[1] / "docs" / "coverage.md"
    path.write_text(text)
    print(f"{path.name}: {sum(losses.values())} losses, {sum(optimisers.values())} optimisers")


if __name__ == "__main__":
    main()
