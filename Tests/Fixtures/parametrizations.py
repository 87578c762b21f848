#!/usr/bin/env python3
"""What torch.nn.utils.parametrizations make of layers: keys, descriptions, values and gradients over a few steps.

With `--live`, prints the final weights of each case instead, as integers of their bits: what the live test compares."""

import sys

import torch
from fixture import tensor, write
from torch import nn
from torch.nn.utils import parametrizations, parametrize


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).mT

    def right_inverse(self, value):
        return value.triu()


def symmetric() -> nn.Module:
    layer = nn.Linear(3, 3)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    return layer


def both() -> nn.Module:
    return parametrizations.spectral_norm(parametrizations.weight_norm(nn.Linear(4, 3)))


# Each with the shape of its input.
CASES = {
    "weight norm": (lambda: parametrizations.weight_norm(nn.Linear(4, 3)), [2, 4]),
    "weight norm of a convolution": (lambda: parametrizations.weight_norm(nn.Conv1d(2, 3, 3), dim=2), [1, 2, 5]),
    "weight norm of the whole": (lambda: parametrizations.weight_norm(nn.Linear(4, 3), dim=None), [2, 4]),
    "spectral norm": (lambda: parametrizations.spectral_norm(nn.Linear(4, 3)), [2, 4]),
    "spectral norm of a convolution": (
        lambda: parametrizations.spectral_norm(nn.Conv2d(2, 3, 2), n_power_iterations=2, eps=1e-6), [1, 2, 4, 4]),
    "spectral norm of a transposed convolution": (
        lambda: parametrizations.spectral_norm(nn.ConvTranspose1d(2, 3, 3)), [1, 2, 4]),
    "spectral norm of a bias": (lambda: parametrizations.spectral_norm(nn.Linear(4, 3), "bias"), [2, 4]),
    "orthogonal": (lambda: parametrizations.orthogonal(nn.Linear(3, 3)), [2, 3]),
    "orthogonal, wide": (lambda: parametrizations.orthogonal(nn.Linear(4, 3)), [2, 4]),
    "orthogonal, tall": (lambda: parametrizations.orthogonal(nn.Linear(2, 4), orthogonal_map="matrix_exp"), [2, 2]),
    "orthogonal by the Cayley map": (
        lambda: parametrizations.orthogonal(nn.Linear(2, 4), orthogonal_map="cayley"), [2, 2]),
    "orthogonal by reflections": (
        lambda: parametrizations.orthogonal(nn.Linear(3, 4), orthogonal_map="householder", use_trivialization=False),
        [2, 3]),
    "orthogonal without a base": (
        lambda: parametrizations.orthogonal(nn.Linear(3, 4), orthogonal_map="cayley", use_trivialization=False),
        [2, 3]),
    "symmetric": (symmetric, [2, 3]),
    "one on the other": (both, [2, 4]),
}


def state(module: nn.Module) -> dict:
    return {name: tensor(value) for name, value in module.state_dict().items()}


def run(make, shape) -> tuple[nn.Module, dict]:
    """Three steps of gradient descent, and an evaluation."""
    torch.manual_seed(5)
    layer = make()
    result = {"description": str(layer), "initial": state(layer), "keys": list(layer.state_dict())}
    result["parameters"] = [name for name, _ in layer.named_parameters()]
    x = torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)
    losses = []
    for _ in range(3):
        layer.zero_grad()
        loss = (layer(x) ** 2).sum()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.sub_(0.05 * parameter.grad)
    layer.eval()
    result |= {"losses": losses, "final": state(layer), "input": tensor(x), "output": tensor(layer(x))}
    return layer, result


def old(hook, make, shape) -> dict:
    """A layer with PyTorch's older hook: its state and what it computes."""
    torch.manual_seed(6)
    layer = hook(make())
    x = torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)
    layer(x)
    layer.eval()
    return {"state": state(layer), "input": tensor(x), "output": tensor(layer(x))}


torch.set_num_threads(1)
if sys.argv[1:] == ["--live"]:
    for name, (make, shape) in CASES.items():
        layer, _ = run(make, shape)
        bits = [value.reshape(-1).contiguous().view(torch.int32).tolist() for value in layer.state_dict().values()]
        print(name, *(bit for values in bits for bit in values), sep="|")
else:
    torch.manual_seed(7)
    parameters = nn.ParameterList([torch.randn(2, 3), torch.randn(4)])
    table = nn.ParameterDict({"left": torch.randn(2), "right": torch.randn(3, 1)})
    write(
        "parametrizations",
        {
            "cases": {name: run(make, shape)[1] for name, (make, shape) in CASES.items()},
            "old": {
                "weight norm": old(nn.utils.weight_norm, lambda: nn.Conv1d(2, 3, 3), [1, 2, 5]),
                "spectral norm": old(nn.utils.spectral_norm, lambda: nn.Linear(4, 3), [2, 4]),
            },
            "lists": {
                "list": {"description": str(parameters), "state": state(parameters)},
                "dict": {"description": str(table), "state": state(table)},
            },
        })
