"""What PyTorch's exponential moving averages make of weights that change at random: for the plug-in EMA."""

import torch
from fixture import tensor, write
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

STEPS = 14


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def state(module: nn.Module) -> dict:
    return {name: tensor(value) for name, value in module.state_dict().items()}


torch.manual_seed(43)
STATES = [
    {
        name: torch.randint(0, 50, []) if value.dtype == torch.int64 else torch.randn(value.shape)
        for name, value in network().state_dict().items()
    }
    for _ in range(STEPS)
]


def warm_up(decay: float):
    """The decay grows with the number of updates done, as in TensorFlow's ExponentialMovingAverage."""

    def update(averages, current, count):
        count = int(count)
        get_ema_multi_avg_fn(min(decay, (1 + count) / (10 + count)))(averages, current, count)

    return update


def case(multi_avg_fn, every: int = 1, use_buffers: bool = False) -> list[dict]:
    """The averaged network after each step from the first update on."""
    model = network()
    averaged = AveragedModel(model, multi_avg_fn=multi_avg_fn, use_buffers=use_buffers)
    states = []
    for step, values in enumerate(STATES, 1):
        model.load_state_dict(values)
        if step % every == 0:
            averaged.update_parameters(model)
        if averaged.n_averaged > 0:
            values = state(averaged.module)
            states.append(values if use_buffers else {k: v for k, v in values.items() if k.endswith(("weight", "bias"))})
    return states


write(
    "ema",
    {
        "states": [{name: tensor(value) for name, value in values.items()} for values in STATES],
        "cases": {
            "plain": case(get_ema_multi_avg_fn(0.9)),
            "warm-up": case(warm_up(0.4)),
            "every third": case(get_ema_multi_avg_fn(0.75), every=3),
            "every second with buffers": case(warm_up(0.99), every=2, use_buffers=True),
        },
    },
)
