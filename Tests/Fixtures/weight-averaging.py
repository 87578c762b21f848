"""What torch.optim.swa_utils.AveragedModel makes of a network whose weights and buffers change at random."""

import torch
from fixture import tensor, write
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn

UPDATES = 6


def network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))


def state(module: nn.Module) -> dict:
    return {name: tensor(value) for name, value in module.state_dict().items()}


def random_state() -> dict:
    return {
        name: torch.randint(0, 50, []) if value.dtype == torch.int64 else torch.randn(value.shape)
        for name, value in network().state_dict().items()
    }


torch.manual_seed(31)
STATES = [random_state() for _ in range(UPDATES + 1)]


def case(**options) -> list[dict]:
    """The averaged model's state at first and after each update."""
    model = network()
    model.load_state_dict(STATES[0])
    averaged = AveragedModel(model, **options)
    states = [state(averaged)]
    for values in STATES[1:]:
        model.load_state_dict(values)
        averaged.update_parameters(model)
        states.append(state(averaged))
    return states


write(
    "weight-averaging",
    {
        "states": [{name: tensor(value) for name, value in values.items()} for values in STATES],
        "cases": {
            "equal": case(),
            "equal with buffers": case(use_buffers=True),
            "exponential": case(multi_avg_fn=get_ema_multi_avg_fn(0.9)),
            "exponential with buffers": case(multi_avg_fn=get_ema_multi_avg_fn(0.99), use_buffers=True),
            "function": case(avg_fn=get_ema_avg_fn(0.9), use_buffers=True),
        },
    },
)
