#!/usr/bin/env python3
"""Counts the cases of the fixtures, and writes docs/coverage.md: what is compared with PyTorch, name by name.

Needs no PyTorch: it reads the JSON files beside it, and for the functions the sources. A function of
torch.nn.functional that is neither there nor in the list of exceptions is an error. With --check it writes nothing, and
fails where the page is not what it would write."""

import collections
import json
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).parent
SOURCES = FOLDER.parents[1] / "Sources" / "TorchNN"

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

# Functions whose Swift name is not PyTorch's in camel case.
FUNCTIONS = {
    "conv_tbc": "convTBC",
    "ctc_loss": "ctcLoss",
    "gaussian_nll_loss": "gaussianNLLLoss",
    "leaky_relu": "leakyReLU",
    "logsigmoid": "logSigmoid",
    "poisson_nll_loss": "poissonNLLLoss",
    "smooth_l1_loss": "smoothL1Loss",
}

IN_PLACE = "writes into its input: `Tensor` has it"
MACHINERY = "machinery of Python"
PRIVATE = "over private kernels for CUDA"
OLD = "the old name of `interpolate`"

# Functions of torch.nn.functional that are not here, or not as functions of their own.
EXCEPTIONS = {
    "assert_int_or_pair": MACHINERY,
    "boolean_dispatch": MACHINERY,
    "handle_torch_function": MACHINERY,
    "has_torch_function": MACHINERY,
    "has_torch_function_unary": MACHINERY,
    "has_torch_function_variadic": MACHINERY,
    "celu_": IN_PLACE,
    "elu_": IN_PLACE,
    "hardtanh_": IN_PLACE,
    "leaky_relu_": IN_PLACE,
    "relu_": IN_PLACE,
    "rrelu_": IN_PLACE,
    "selu_": IN_PLACE,
    "threshold_": IN_PLACE,
    "grouped_mm": PRIVATE,
    "scaled_grouped_mm": PRIVATE,
    "scaled_mm": PRIVATE,
    "linear_cross_entropy": "new in PyTorch 2.13: `linear` and `crossEntropy` compute the same",
    "native_channel_shuffle": "a kernel of `channelShuffle`: `Tensor.nativeChannelShuffle`",
    "upsample": OLD,
    "upsample_bilinear": OLD,
    "upsample_nearest": OLD,
}


RARE = "rarely used: not written yet"
BASE = "a base class: the protocol `Distribution`"

# Classes of torch.distributions that are not here.
NO_DISTRIBUTIONS = {
    "Cauchy": RARE, "Chi2": "`Gamma(df / 2, 0.5)`", "ContinuousBernoulli": RARE, "Distribution": BASE,
    "ExponentialFamily": BASE, "FisherSnedecor": RARE, "GeneralizedPareto": RARE, "Geometric": RARE, "Gumbel": RARE,
    "HalfCauchy": RARE, "HalfNormal": RARE, "InverseGamma": RARE, "Kumaraswamy": RARE, "LKJCholesky": RARE,
    "LogisticNormal": RARE, "LowRankMultivariateNormal": RARE, "MixtureSameFamily": RARE, "Multinomial": RARE,
    "NegativeBinomial": RARE, "OneHotCategorical": "`Categorical` and `oneHot`",
    "OneHotCategoricalStraightThrough": RARE, "Pareto": RARE, "RelaxedBernoulli": RARE,
    "RelaxedOneHotCategorical": RARE, "TransformedDistribution": "no transforms yet", "VonMises": RARE,
    "Weibull": RARE, "Wishart": RARE,
}

# What has no fixture of its own, and the file of its tests.
TESTED = {
    "gradients, of higher order too (`grad`), and the modes": "TorchTests/AutogradTests",
    "custom autograd functions": "TorchTests/AutogradFunctionTests",
    "hooks on tensors": "TorchTests/TensorHookTests",
    "hooks on modules": "TorchNNTests/ModuleHooksTests",
    "modules of your own, called with their hooks": "TorchNNTests/CallingTests",
    "wrong options of layers": "TorchNNTests/ModuleErrorTests",
    "activation checkpointing": "TorchTests/ActivationCheckpointTests",
    "parameter vectors": "TorchNNTests/ParameterVectorTests",
    "parameter lists and dictionaries": "TorchNNTests/Layers/ParameterListTests",
    "registering and removing parametrizations": "TorchNNTests/Parametrizations/ParametrizationTests",
    "subclasses of the transformer's classes": "TorchNNTests/Layers/TransformerSubclassTests",
    "constraints of distributions": "TorchDistributionsTests/ConstraintTests",
    "`WeightedLoss` (Helios)": "TorchNNTests/WeightedLossTests",
    "`summary(inputSize:)`": "TorchNNTests/ModuleSummaryTests",
    "errors of operations": "TorchTests/TorchErrorTests",
    "operations with odd arguments, and each recorded call with some of its arguments replaced":
        "TorchTests/OperationsFuzzTests",
    "recorded calls, and random expressions in both libraries side by side": "TorchTests/GeneratedOperationsTests",
    "stores": "TorchDistributedTests/StoreTests",
    "collective operations": "TorchDistributedTests/CollectivesTests",
    "errors of process groups": "TorchDistributedTests/GroupErrorTests",
    "states as objects": "TorchDistributedTests/ObjectTests",
    "`DistributedDataParallel`": "TorchDistributedTests/DistributedDataParallelTests",
    "gradients averaged after a backward pass": "TorchDistributedTests/GradientAveragerTests",
    "ranks with different numbers of batches": "TorchDistributedTests/JoinTests",
    "`SyncBatchNorm`": "TorchDistributedTests/SyncBatchNormTests",
    "`ShardedOptimizer` (`ZeroRedundancyOptimizer`)": "TorchDistributedTests/ShardedOptimizerTests",
    "files of a `ShardedOptimizer`": "TorchDistributedTests/ShardedOptimizerFileTests",
    "several processes": "TorchDistributedTests/ProcessesTests",
    "the variables of launchers": "TorchDistributedTests/LaunchVariablesTests",
    "joining, and what other ranks write": "TorchDistributedTests/WorldTests",
    "ranks that fail": "TorchDistributedTests/WorldFailureTests",
    "ranks that hang, and a hundred trials if thorough": "TorchDistributedTests/WorldHangTests",
    "torchrun, with a restart": "TorchDistributedTests/TorchrunTests",
    "a network that breaks and heals": "TorchDistributedTests/NetworkTests",
    "trainings on several ranks": "HeliosTests/Ranks/RankTrainingTests",
    "faults of a rank in a training": "HeliosTests/Ranks/RankFaultTests",
    "the trainer on two ranks beside PyTorch's `DistributedDataParallel`": "HeliosTests/Ranks/RankPyTorchTests",
    "collective operations, `DistributedDataParallel` and sharded optimizers in both libraries": "TorchDistributedTests/PyTorchTests",
    "optimizers by turns in both libraries": "TorchOptimTests/PythonExchangeTests",
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


def swift_name(function: str) -> str:
    return FUNCTIONS.get(function) or re.sub(r"_(\w)", lambda match: match[1].upper(), function)


def functions() -> str:
    text = "\n".join(path.read_text() for path in SOURCES.rglob("*.swift"))
    declared = set(re.findall(r"^public func (\w+)", text, re.MULTILINE))
    names = read("function-names")
    missing = [name for name in names if swift_name(name) not in declared and name not in EXCEPTIONS]
    wrong = [name for name in EXCEPTIONS if name not in names or swift_name(name) in declared]
    if missing or wrong:
        raise SystemExit(f"functions without a reason to be missing: {missing}; reasons too many: {wrong}")
    here = ", ".join(f"`{swift_name(name)}`" for name in names if name not in EXCEPTIONS)
    rows = "\n".join(f"| `{name}` | {reason} |" for name, reason in EXCEPTIONS.items())
    return f"{here}.\n\n| not here | why |\n|---|---|\n{rows}\n"


def scheduler(case: str) -> str:
    return next(name for start, name in SCHEDULERS.items() if case.startswith(start))


def numbered(head: str, cases: dict) -> str:
    return "\n".join([f"| {head} |", "|---|", *(f"| {name} |" for name in cases)]) + "\n"


def distributions() -> str:
    counts = collections.Counter(name.split()[0] for name in read("distributions")["cases"])
    names = read("distribution-names")
    missing = [name for name in names if name not in counts and name not in NO_DISTRIBUTIONS]
    wrong = [name for name in NO_DISTRIBUTIONS if name not in names or name in counts]
    if missing or wrong:
        raise SystemExit(f"distributions without a reason to be missing: {missing}; reasons too many: {wrong}")
    rows = "\n".join(f"| `{name}` | {reason} |" for name, reason in NO_DISTRIBUTIONS.items())
    return f"{table('distribution', dict(sorted(counts.items())))}\n| not here | why |\n|---|---|\n{rows}\n"


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
    optimizers = collections.Counter(case.split()[0] for case in read("optimizers")["cases"])
    schedulers = collections.Counter(scheduler(case) for case in read("schedulers")["cases"])
    drawn = read("initializers")
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
`ExportableAdaptiveAvgPool2d` (Helios) is compared with `AdaptiveAvgPool2d`. The multiply-adds of `summary(inputSize:)` are compared with PyTorch's FLOP counter in {len(read("multiply-adds"))} cases. Hooks have tests of their own.

## Functions

The functions of torch.nn.functional that are here. Layers and losses call most of them and are compared above and below; the others are compared by themselves, in {len(read("functions"))} cases.

{functions()}
## Losses

Each reduction, with gradients, at relative 1e-6. `WeightedLoss` (Helios) has tests of its own.

{table("loss", dict(sorted(losses.items())))}
## Optimizers

Twenty steps on several shapes, two groups with different learning rates, state and layout, to the bit; and a resume in the middle.

{table("optimizer", dict(sorted(optimizers.items())))}
## Schedulers

A hundred steps of two groups, at relative 1e-12, and the state after 37 of them.

{table("scheduler", dict(sorted(schedulers.items())))}
## Parametrizations

Keys, description, initial values, three steps of training and the evaluation, at relative 1e-5; and to the bit beside the Python torch, but for `orthogonal`.

{numbered("case", read("parametrizations")["cases"])}
## Distributions

Moments, log-probabilities, samples of a seed and their gradients, at relative 1e-5; and samples to the bit beside the Python torch. Divergences: {", ".join(f"`{pair}`" for pair in read("distributions")["divergences"])}.

{distributions()}
## The rest

| what | cases |
|---|---|
| initializers: {", ".join(f"`{name}`" for name in drawn["functions"])} | {len(drawn["drawn"])} |
| `defaultInitWeights` (Helios) | 1 |
| gradient clipping by norm and by value | {len(read("gradient-clipping")["byNorm"]) + 1} |
| averaged models: equal, exponential, a function | {len(averaging)} |
| exponential moving average of the plug-in `EMA` | {len(read("ema")["cases"])} |
| batch-norm update for averaged weights | 1 |
| gradient scaler | {len(read("grad-scaler"))} |
| random numbers of a seed | {len(read("random-numbers")["sequences"])} |
| parts of tensors by subscripts | {sum(len(part) for part in read("indexing").values() if isinstance(part, (dict, list)))} |
| what a tensor prints | {len(read("tensor-descriptions"))} |

## With tests of their own

{tested()}"""
    path = FOLDER.parents[1] / "docs" / "coverage.md"
    if sys.argv[1:] == ["--check"]:
        if path.read_text() != text:
            raise SystemExit(f"{path.name} is out of date: run Tests/Fixtures/coverage.py")
        return
    path.write_text(text)
    print(f"{path.name}: {sum(losses.values())} losses, {sum(optimizers.values())} optimizers")


if __name__ == "__main__":
    main()
