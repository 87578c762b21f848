"""Twenty steps of each optimiser with every option, by the fused kernels, with the state dictionaries they end in."""

import torch
from fixture import tensor, write
from torch import nn
from torch.optim import SGD, AdamW

STEPS = 20
SHAPES = [[3, 5], [37], [2]]

torch.manual_seed(21)
FIRST = [torch.randn(shape) for shape in SHAPES]
GRADIENTS = [[torch.randn(shape) for shape in SHAPES] for _ in range(STEPS)]
# The last parameter never has a gradient.
for gradients in GRADIENTS:
    gradients[2] = None


def options(**values):
    return lambda kind: lambda parameters: kind(parameters, **values, fused=True)


CASES = {
    "sgd": options(lr=0.1)(SGD),
    "sgd momentum": options(lr=0.1, momentum=0.9)(SGD),
    "sgd dampening": options(lr=0.1, momentum=0.9, dampening=0.3)(SGD),
    "sgd weight decay": options(lr=0.1, weight_decay=0.02)(SGD),
    "sgd nesterov": options(lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.02)(SGD),
    "sgd maximize": options(lr=0.1, momentum=0.8, maximize=True)(SGD),
    "adamw": options()(AdamW),
    "adamw options": options(lr=0.05, betas=(0.8, 0.95), eps=1e-5, weight_decay=0.1)(AdamW),
    "adamw amsgrad": options(lr=0.05, amsgrad=True)(AdamW),
    "adamw maximize": options(lr=0.05, maximize=True)(AdamW),
}


def layout(value, path=""):
    """One line for each leaf of a state dictionary, with its type; floats that are whole numbers as floats."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in layout(item, f"{path}.{key}")]
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__
        return [line for i, item in enumerate(value) for line in layout(item, f"{path}.{kind}{i}")]
    if isinstance(value, torch.Tensor):
        return [f"{path} {str(value.dtype).removeprefix('torch.')}{list(value.shape)}"]
    if path.split(".")[-1] in ("lr", "momentum", "dampening", "weight_decay", "eps"):
        value = float(value)
    return [f"{path} {value}"]


def tensors(state):
    return {f"{i} {key}": tensor(value) for i, entry in state["state"].items() for key, value in entry.items()}


def case(make, dtype=torch.float32):
    parameters = [nn.Parameter(value.to(dtype, copy=True)) for value in FIRST]
    optimiser = make(parameters)
    for gradients in GRADIENTS:
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = None if gradient is None else gradient.to(dtype)
        optimiser.step()
    state = optimiser.state_dict()
    return {"parameters": [tensor(p) for p in parameters], "state": tensors(state), "layout": layout(state)}


def groups(kind):
    def make(parameters):
        return kind([{"params": parameters[:1], "lr": 0.2}, {"params": parameters[1:], "weight_decay": 0.3}],
                    lr=0.05, fused=True)  # fmt: skip

    return make


def late_start():
    """A parameter whose first gradient comes in the fourth step. (The fused SGD of PyTorch fails then.)"""
    parameters = [nn.Parameter(value.clone()) for value in FIRST]
    optimiser = SGD(parameters, lr=0.1, momentum=0.9, foreach=False)
    for step, gradients in enumerate(GRADIENTS):
        for i, (parameter, gradient) in enumerate(zip(parameters, gradients)):
            parameter.grad = None if gradient is None or (i == 1 and step < 3) else gradient.clone()
        optimiser.step()
    return [tensor(p) for p in parameters]


write(
    "optimisers",
    {
        "first": [tensor(value) for value in FIRST],
        "gradients": [[None if g is None else tensor(g) for g in gradients] for gradients in GRADIENTS],
        "cases": {name: case(make) for name, make in CASES.items()}
        | {"sgd groups": case(groups(SGD)), "adamw groups": case(groups(AdamW))}
        | {"adamw float64": case(CASES["adamw amsgrad"], torch.float64)},
        "lateStart": late_start(),
    },
)
