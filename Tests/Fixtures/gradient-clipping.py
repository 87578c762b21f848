"""Gradients before and after clipping, and the norms."""

import math

import torch
from fixture import tensor, write
from torch import nn

torch.manual_seed(4)
GRADIENTS = [torch.randn(3, 4), torch.randn(5), torch.randn(2, 2, 2)]


def parameters():
    result = [nn.Parameter(torch.zeros_like(g)) for g in GRADIENTS]
    for parameter, gradient in zip(result, GRADIENTS):
        parameter.grad = gradient.clone()
    return result


def by_norm(max_norm, norm_type):
    clipped = parameters()
    norm = nn.utils.clip_grad_norm_(clipped, max_norm, norm_type)
    return {"norm": tensor(norm), "gradients": [tensor(p.grad) for p in clipped]}


def by_value(value):
    clipped = parameters()
    nn.utils.clip_grad_value_(clipped, value)
    return [tensor(p.grad) for p in clipped]


write(
    "gradient-clipping",
    {
        "gradients": [tensor(g) for g in GRADIENTS],
        "byNorm": {
            "2 to 1": by_norm(1.0, 2.0),
            "2 to 100": by_norm(100.0, 2.0),
            "1 to 0.5": by_norm(0.5, 1.0),
            "3 to 2": by_norm(2.0, 3.0),
            "infinity to 1": by_norm(1.0, math.inf),
        },
        "byValue": by_value(0.5),
    },
)
