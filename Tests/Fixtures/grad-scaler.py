"""A scaler on the CPU over steps some of which overflow: the scales, the parameters and the state dictionary."""

import math

import torch
from fixture import tensor, write
from torch import nn
from torch.optim import SGD, AdamW

torch.manual_seed(31)
FIRST = torch.randn(4)
INPUTS = [torch.randn(4) for _ in range(8)]
OVERFLOWS = [2, 5]


def run(make, unscale):
    parameter = nn.Parameter(FIRST.clone())
    optimizer = make([parameter])
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_factor=4.0, backoff_factor=0.25, growth_interval=2)
    scales, steps = [], []
    for i, value in enumerate(INPUTS):
        optimizer.zero_grad()
        scaler.scale((parameter * value).sum() * (math.inf if i in OVERFLOWS else 1)).backward()
        if unscale:
            scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
        steps.append(tensor(parameter))
    return {"scales": scales, "parameters": steps, "state": scaler.state_dict()}


KINDS = {
    "sgd": lambda p: SGD(p, lr=0.1, fused=True),
    "adamw": lambda p: AdamW(p, lr=0.1, fused=True),
}

write(
    "grad-scaler",
    {
        "first": tensor(FIRST),
        "inputs": [tensor(value) for value in INPUTS],
        "overflows": OVERFLOWS,
        "runs": {f"{name}{' unscaled' if u else ''}": run(make, u) for name, make in KINDS.items() for u in (False, True)},
    },
)
