"""A hundred steps of each scheduler with several options: rates, momentum, and the states after some of the steps.

Helios' schedulers come from helios-ml 2.0.1, which must be installed beside PyTorch.
"""

import math
import warnings
from collections import Counter

import torch
from fixture import live_folder, write
from torch.optim import SGD, AdamW
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from torch.optim.swa_utils import SWALR

try:
    from helios.scheduler import CosineAnnealingRestartLR, LinearWarmupScheduler, MultiStepRestartLR
except ModuleNotFoundError:
    # The tests ask for PyTorch's schedulers only.
    if live_folder() is None:
        raise
    LinearWarmupScheduler = None

STEPS = 100
SAVED = 37
# A metric that falls, rests, falls again and rises.
METRICS = [round(3 - 0.2 * min(i, 10) - 0.15 * max(0, min(i - 40, 8)) + 0.01 * max(0, i - 70), 6) for i in range(STEPS)]

# What makes a scheduler of an optimizer. The names are those of the Swift tests.
CASES = {
    "lambda": lambda o: LambdaLR(o, lambda epoch: 0.95**epoch),
    "lambda each": lambda o: LambdaLR(o, [lambda epoch: 1 / (1 + epoch), lambda epoch: float(epoch // 30)]),
    "multiplicative": lambda o: MultiplicativeLR(o, lambda epoch: 0.97),
    "multiplicative each": lambda o: MultiplicativeLR(o, [lambda epoch: 0.97, lambda epoch: 1 - 1 / (epoch + 1)]),
    "step": lambda o: StepLR(o, 30),
    "step gamma": lambda o: StepLR(o, step_size=7, gamma=0.7),
    "multistep": lambda o: MultiStepLR(o, [30, 80]),
    "multistep repeated": lambda o: MultiStepLR(o, milestones=[50, 10, 10, 0, 99], gamma=0.5),
    "constant": lambda o: ConstantLR(o),
    "constant options": lambda o: ConstantLR(o, factor=0.2, total_iters=40),
    "linear": lambda o: LinearLR(o),
    "linear options": lambda o: LinearLR(o, start_factor=0.9, end_factor=0.05, total_iters=60),
    "exponential": lambda o: ExponentialLR(o, 0.9),
    "exponential growing": lambda o: ExponentialLR(o, gamma=1.02),
    "polynomial": lambda o: PolynomialLR(o),
    "polynomial options": lambda o: PolynomialLR(o, total_iters=80, power=0.9),
    "cosine": lambda o: CosineAnnealingLR(o, 100),
    "cosine several": lambda o: CosineAnnealingLR(o, T_max=11, eta_min=0.004),
    "warm restarts": lambda o: CosineAnnealingWarmRestarts(o, 10),
    "warm restarts options": lambda o: CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2, eta_min=0.001),
    "plateau": lambda o: ReduceLROnPlateau(o),
    "plateau options": lambda o: ReduceLROnPlateau(
        o, factor=0.6, patience=2, threshold=0.05, threshold_mode="abs", cooldown=4, min_lr=[0.01, 0.005], eps=1e-3
    ),
    "plateau max": lambda o: ReduceLROnPlateau(o, mode="max", factor=0.5, patience=5, min_lr=0.001),
    "plateau max abs": lambda o: ReduceLROnPlateau(o, "max", factor=0.5, patience=3, threshold=0.02, threshold_mode="abs"),
    "cyclic": lambda o: CyclicLR(o, 0.01, 0.2, step_size_up=8),
    "cyclic triangular2": lambda o: CyclicLR(
        o, [0.01, 0.001], [0.1, 0.05], step_size_up=5, step_size_down=12, mode="triangular2", base_momentum=0.7
    ),
    "cyclic range": lambda o: CyclicLR(
        o, 0.01, 0.2, step_size_up=10, mode="exp_range", gamma=0.98, base_momentum=[0.5, 0.6], max_momentum=0.95
    ),
    "cyclic function": lambda o: CyclicLR(
        o, 0.01, 0.2, step_size_up=10, scale_fn=lambda x: 0.5 * (1 + math.sin(x)), scale_mode="iterations"
    ),
    "cyclic without momentum": lambda o: CyclicLR(o, 0.01, 0.2, step_size_up=10, cycle_momentum=False),
    "one cycle": lambda o: OneCycleLR(o, 0.3, total_steps=100),
    "one cycle linear": lambda o: OneCycleLR(
        o, [0.3, 0.1], epochs=12, steps_per_epoch=9, pct_start=0.25, anneal_strategy="linear", div_factor=10.0,
        final_div_factor=50.0, base_momentum=[0.8, 0.7], max_momentum=0.9,
    ),
    "one cycle three": lambda o: OneCycleLR(o, 0.3, total_steps=101, pct_start=0.4, three_phase=True),
    "one cycle without momentum": lambda o: OneCycleLR(o, 0.3, total_steps=120, cycle_momentum=False, pct_start=0.0),
    "swa": lambda o: SWALR(o, 0.05),
    "swa linear": lambda o: SWALR(o, [0.05, 0.001], anneal_epochs=40, anneal_strategy="linear"),
    "swa at once": lambda o: SWALR(o, 0.05, anneal_epochs=0),
    "cosine restart": lambda o: CosineAnnealingRestartLR(o, [100]),
    "cosine restart several": lambda o: CosineAnnealingRestartLR(o, [10, 20, 40], [1.0, 0.5, 0.25], 1e-4),
    "multistep restart": lambda o: MultiStepRestartLR(o, [20, 60]),
    "multistep restart several": lambda o: MultiStepRestartLR(
        o, [10, 10, 45], gamma=0.5, restarts=[0, 30, 60], restart_weights=[1.0, 0.8, 0.4]
    ),
    "warm-up": lambda o: LinearWarmupScheduler(o, 10, CosineAnnealingLR(o, 90)),
    "warm-up options": lambda o: LinearWarmupScheduler(o, 6, StepLR(o, 20, 0.5), warmup_start_factor=0.1),
    "no warm-up": lambda o: LinearWarmupScheduler(o, 0, ExponentialLR(o, 0.95)),
    "chained": lambda o: ChainedScheduler([ConstantLR(o, 0.1, 20), ExponentialLR(o, 0.98)]),
    "chained four": lambda o: ChainedScheduler(
        [LinearLR(o, 0.5, 1.0, 10), StepLR(o, 25, 0.5), CosineAnnealingLR(o, 30, 0.001), MultiplicativeLR(o, lambda e: 0.99)]
    ),
    "sequential": lambda o: SequentialLR(o, [ConstantLR(o, 0.1, 20), ExponentialLR(o, 0.9)], [20]),
    "sequential warm-up": lambda o: SequentialLR(o, [LinearLR(o, 0.01, 1.0, 5), CosineAnnealingLR(o, 95)], [5]),
    "sequential many": lambda o: SequentialLR(
        o,
        [
            LinearLR(o, 0.2, 1.0, 8), PolynomialLR(o, 10, 2.0), MultiStepLR(o, [3, 5]), LambdaLR(o, lambda e: 0.9**e),
            CosineAnnealingWarmRestarts(o, 5), StepLR(o, 4, 0.5), ConstantLR(o, 0.5, 6), MultiplicativeLR(o, lambda e: 0.9),
        ],
        [8, 18, 28, 38, 52, 60, 80],
    ),
    "sequential from zero": lambda o: SequentialLR(o, [ConstantLR(o, 0.1, 20), ExponentialLR(o, 0.97)], [0]),
}  # fmt: skip

# Schedulers that are stepped one after another, each by itself.
TOGETHER = {
    "linear, step": lambda o: [LinearLR(o, 0.1, 1.0, 10), StepLR(o, 20, 0.5)],
    "polynomial, multistep, plateau": lambda o: [
        PolynomialLR(o, 90, 2.0), MultiStepLR(o, [30, 60], 0.3), ReduceLROnPlateau(o, patience=4),
    ],
    "cosine, exponential": lambda o: [CosineAnnealingLR(o, 20, 0.001), ExponentialLR(o, 0.99)],
}  # fmt: skip

# Schedulers whose rates are halved by hand after the step with the number SAVED.
BY_HAND = [
    "lambda", "multiplicative", "step gamma", "multistep", "constant options", "linear options", "exponential",
    "polynomial options", "cosine", "cosine several", "warm restarts", "plateau options", "cyclic", "one cycle", "swa linear",
    "multistep restart several", "warm-up", "chained", "sequential",
]  # fmt: skip

# Schedulers that resume from the tenth step, with an optimizer whose groups have an initial rate.
LATER = {
    "lambda": lambda o: LambdaLR(o, lambda epoch: 0.95**epoch, last_epoch=9),
    "multiplicative": lambda o: MultiplicativeLR(o, lambda epoch: 0.97, last_epoch=9),
    "step": lambda o: StepLR(o, 10, last_epoch=9),
    "multistep": lambda o: MultiStepLR(o, [10, 20], last_epoch=9),
    "constant": lambda o: ConstantLR(o, 0.5, 20, last_epoch=9),
    "linear": lambda o: LinearLR(o, 0.5, 1.0, 20, last_epoch=9),
    "exponential": lambda o: ExponentialLR(o, 0.9, last_epoch=9),
    "polynomial": lambda o: PolynomialLR(o, 20, last_epoch=9),
    "cosine": lambda o: CosineAnnealingLR(o, 20, last_epoch=9),
    "warm restarts": lambda o: CosineAnnealingWarmRestarts(o, 6, 2, last_epoch=9),
    "cyclic": lambda o: CyclicLR(o, 0.01, 0.2, 8, last_epoch=9),
    "cosine restart": lambda o: CosineAnnealingRestartLR(o, [8, 20], [1.0, 0.5], last_epoch=9),
    "multistep restart": lambda o: MultiStepRestartLR(o, [10, 20], last_epoch=9),
    "warm-up": lambda o: LinearWarmupScheduler(o, 15, ExponentialLR(o, 0.9), last_epoch=9),
}


def optimizer(kind=SGD):
    first, second = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    options = {"momentum": 0.9} if kind is SGD else {}
    return kind([{"params": [first], "lr": 0.1}, {"params": [second], "lr": 0.02}], lr=0.5, fused=True, **options)


def state(value):
    """A value of a state dictionary with its type: numbers as {"int": …} and {"float": …}, dictionaries in order."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"int": value}
    if isinstance(value, float):
        return {"float": value if math.isfinite(value) else str(value)}
    if isinstance(value, (dict, Counter)):
        return {"dictionary": [[state(key), state(item)] for key, item in value.items()]}
    if isinstance(value, tuple):
        return {"tuple": [state(item) for item in value]}
    if isinstance(value, LRScheduler):
        return state(value.state_dict())
    return [state(item) for item in value]


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def momentums(optimizer):
    return [group["betas"][0] if "betas" in group else group["momentum"] for group in optimizer.param_groups]


def options(optimizer):
    """The parameter groups without what no scheduler touches."""
    names = ("lr", "initial_lr", "max_lr", "min_lr", "swa_lr", "momentum", "betas", "max_momentum", "base_momentum")
    return [state({name: item for name, item in group.items() if name in names}) for group in optimizer.param_groups]


def advance(scheduler, step):
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(METRICS[step])
    else:
        scheduler.step()


def record(make, kind=SGD, by_hand=False, start=None, steps=STEPS):
    o = optimizer(kind)
    if start is not None:
        start(o)
    made = make(o)
    schedulers = made if isinstance(made, list) else [made]
    result = {"rates": [rates(o)], "momentums": [momentums(o)]}
    for step in range(steps):
        for scheduler in schedulers:
            advance(scheduler, step)
        if step + 1 == SAVED:
            result["states"] = [state(scheduler.state_dict()) for scheduler in schedulers]
            result["options"] = options(o)
            if by_hand:
                for group in o.param_groups:
                    group["lr"] *= 0.5
        result["rates"].append(rates(o))
        result["momentums"].append(momentums(o))
    if all(values == result["momentums"][0] for values in result["momentums"]):
        result["momentums"] = [result["momentums"][0]]
    return result


def initial(o):
    for group in o.param_groups:
        group["initial_lr"] = 2 * group["lr"]


def between():
    """Warm restarts at times between the epochs, and back."""
    o = optimizer()
    scheduler = CosineAnnealingWarmRestarts(o, T_0=4, T_mult=3, eta_min=0.001)
    result = []
    for epoch in [0.25, 1.5, 3.99, 4.0, 7.75, 15.9, 16.0, 51.5, 52.0, 100.25, 0.5, None, None, None, None, 3.0]:
        scheduler.step(epoch) if epoch is not None else scheduler.step()
        result.append({"epoch": epoch, "rates": rates(o), "lastEpoch": scheduler.last_epoch})
    return result


def here(names):
    """The names but for those of schedulers that are not installed."""
    of_helios = ("cosine restart", "multistep restart", "warm-up", "no warm-up")
    return [name for name in names if LinearWarmupScheduler or not name.startswith(of_helios)]


warnings.simplefilter("ignore")
write(
    "schedulers",
    {
        "metrics": METRICS,
        "cases": {name: record(CASES[name]) for name in here(CASES)},
        "betas": {
            name: record(CASES[name], AdamW)
            for name in ("cyclic", "cyclic range", "one cycle", "one cycle linear", "one cycle three", "step")
        },
        "together": {name: record(make) for name, make in TOGETHER.items()},
        "byHand": {name: record(CASES[name], by_hand=True) for name in here(BY_HAND)},
        "later": {name: record(LATER[name], start=initial, steps=30) for name in here(LATER)},
        "between": between(),
    },
)
