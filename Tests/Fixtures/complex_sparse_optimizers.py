"""Ten steps of the optimizers of torch.optim on complex parameters, and of SGD and Adagrad on sparse gradients.

All in double precision, so that the Swift side, whose kernels round at other places, can be compared closely.
"""

import torch
from fixture import write
from torch import nn, optim

STEPS = 10

torch.manual_seed(31)
SHAPES = [[3, 2], [4]]
FIRST = [torch.randn(shape, dtype=torch.complex128) for shape in SHAPES]
GRADIENTS = [[torch.randn(shape, dtype=torch.complex128) for shape in SHAPES] for _ in range(STEPS)]

COMPLEX = {
    "Adadelta": {"weight_decay": 0.02},
    "Adagrad": {"lr": 0.1, "initial_accumulator_value": 0.3, "weight_decay": 0.02},
    "Adam": {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1},
    "AdamW": {"lr": 0.05, "weight_decay": 0.1},
    "Adamax": {"lr": 0.05, "maximize": True},
    "ASGD": {"lr": 0.1, "t0": 4, "weight_decay": 0.1},
    "NAdam": {"lr": 0.05, "weight_decay": 0.1},
    "RAdam": {"lr": 0.05, "weight_decay": 0.1},
    "RMSprop": {"lr": 0.05, "momentum": 0.9, "centered": True},
    "Rprop": {"lr": 0.1, "step_sizes": (0.05, 0.2)},
    "SGD": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.02, "nesterov": True},
    "LBFGS": {"lr": 0.3, "max_iter": 4, "history_size": 5},
}

ROWS = [[0, 2, 0], [3, 1, 3], [2, 2, 2], [1, 0, 3], [4, 4, 1], [0, 3, 2], [2, 1, 0], [3, 3, 3], [1, 4, 4], [0, 1, 2]]
VALUES = [torch.randn(3, 2, dtype=torch.float64) for _ in range(STEPS)]
START = torch.randn(6, 2, dtype=torch.float64)

SPARSE = {
    "SGD": {"lr": 0.1},
    "SGD maximize": {"lr": 0.1, "maximize": True},
    "SGD momentum": {"lr": 0.1, "momentum": 0.9},
    "SGD dampening": {"lr": 0.1, "momentum": 0.9, "dampening": 0.3},
    "SGD nesterov": {"lr": 0.1, "momentum": 0.8, "nesterov": True},
    "Adagrad": {"lr": 0.1},
    "Adagrad lr decay": {"lr": 0.1, "lr_decay": 0.05, "eps": 1e-4},
    "Adagrad initial accumulator, maximize": {"lr": 0.1, "initial_accumulator_value": 0.3, "maximize": True},
}


def tensor(value):
    """A tensor as the Swift side reads it; of complex numbers the two parts in a last dimension, sparse ones dense."""
    value = value.detach()
    if value.is_sparse:
        value = value.to_dense()
    if value.is_complex():
        value = torch.view_as_real(value)
    values = value.to(torch.float64).flatten().tolist()
    return {"dtype": str(value.dtype).removeprefix("torch."), "shape": list(value.shape), "values": values}


def objective(parameters):
    """What LBFGS minimizes: a real number, of which every part of the parameters has a gradient."""
    first, second = parameters
    a, b = GRADIENTS[0]
    return ((first * first - a).abs() ** 2).sum() + ((second * 2 - b).abs() ** 2).sum() + (first.sum() * second.sum()).real


def result(optimizer, parameters):
    state = optimizer.state_dict()["state"]
    tensors = {
        f"{index}.{name}": tensor(value)
        for index, values in state.items()
        for name, value in values.items()
        if isinstance(value, torch.Tensor)
    }
    return {"parameters": [tensor(p) for p in parameters], "state": tensors}


def complex_case(kind, options):
    parameters = [nn.Parameter(value.clone()) for value in FIRST]
    # The two kernels of ASGD round its step size, which is in single precision, at other places.
    kernels = {"foreach": True} if kind == "ASGD" else {}
    optimizer = getattr(optim, kind)(parameters, **options, **kernels)
    for gradients in GRADIENTS:
        if kind == "LBFGS":

            def closure():
                optimizer.zero_grad()
                loss = objective(parameters)
                loss.backward()
                return loss

            optimizer.step(closure)
        else:
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient.clone()
            optimizer.step()
    return result(optimizer, parameters)


def sparse_case(name, options):
    parameter = nn.Parameter(START.clone())
    optimizer = getattr(optim, name.split()[0])([parameter], **options)
    for rows, values in zip(ROWS, VALUES):
        parameter.grad = torch.sparse_coo_tensor(
            torch.tensor([rows]), values.clone(), START.shape, check_invariants=True
        )
        optimizer.step()
    return result(optimizer, [parameter])


if __name__ == "__main__":
    write(
        "complex-sparse-optimizers",
        {
            "first": [tensor(value) for value in FIRST],
            "gradients": [[tensor(g) for g in gradients] for gradients in GRADIENTS],
            "complex": {kind: complex_case(kind, options) for kind, options in COMPLEX.items()},
            "start": tensor(START),
            "rows": ROWS,
            "values": [tensor(value) for value in VALUES],
            "sparse": {name: sparse_case(name, options) for name, options in SPARSE.items()},
        },
    )
