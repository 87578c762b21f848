"""Twenty steps of every optimizer of torch.optim with each of its options, and the state dictionaries they end in.

Each runs the kernels that the Swift side runs: the fused ones where there are any, else the for-each ones.
"""

import torch
from fixture import write
from torch import nn, optim

STEPS = 20
SNAPSHOTS = (1, 2, 10, 20)
SHAPES = [[4, 5], [3], [2]]

torch.manual_seed(21)


def drawn(shape):
    """Numbers between -2 and 2 that are the same on every processor, unlike normal ones: integers, divided exactly."""
    return torch.randint(-(2**22), 2**22, shape) / 2**21


FIRST = [drawn(shape) for shape in SHAPES]
GRADIENTS = [[drawn(shape) for shape in SHAPES] for _ in range(STEPS)]
for step, gradients in enumerate(GRADIENTS):
    # The second parameter has no gradient for a while, the last never.
    if step in (5, 6):
        gradients[1] = None
    gradients[2] = None

FUSED = {"SGD", "Adam", "AdamW", "Adagrad"}
WITHOUT_KERNELS = {"SparseAdam", "LBFGS"}
# Of every optimizer all options, each at least once away from its default.
CASES = {
    "Adadelta": {
        "": {},
        "rho, eps": {"lr": 0.5, "rho": 0.8, "eps": 1e-4},
        "weight decay": {"weight_decay": 0.02},
        "maximize": {"maximize": True},
        "maximize, weight decay": {"maximize": True, "weight_decay": 0.02},
    },
    "Adagrad": {
        "": {},
        "lr decay, eps": {"lr": 0.1, "lr_decay": 0.05, "eps": 1e-4},
        "initial accumulator": {"initial_accumulator_value": 0.3},
        "weight decay": {"weight_decay": 0.02},
        "maximize": {"maximize": True},
    },
    "Adam": {
        "": {},
        "betas, eps": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-5},
        "weight decay": {"weight_decay": 0.1},
        "decoupled weight decay": {"weight_decay": 0.1, "decoupled_weight_decay": True},
        "amsgrad": {"lr": 0.05, "amsgrad": True},
        "maximize": {"maximize": True},
        "float64": {"lr": 0.05, "amsgrad": True},
    },
    "AdamW": {
        "": {},
        "betas, eps, weight decay": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-5, "weight_decay": 0.1},
        "amsgrad": {"lr": 0.05, "amsgrad": True},
        "maximize": {"lr": 0.05, "maximize": True},
    },
    "Adamax": {
        "": {},
        "betas, eps": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-4},
        "weight decay": {"weight_decay": 0.1},
        "maximize": {"maximize": True},
        "float64": {},
    },
    "ASGD": {
        "": {},
        "lambd, alpha, t0": {"lr": 0.1, "lambd": 0.01, "alpha": 0.6, "t0": 4},
        "weight decay": {"weight_decay": 0.1},
        "maximize": {"maximize": True},
        "maximize, weight decay": {"maximize": True, "weight_decay": 0.1},
    },
    "NAdam": {
        "": {},
        "betas, eps": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-4},
        "momentum decay": {"momentum_decay": 0.1},
        "weight decay": {"weight_decay": 0.1},
        "decoupled weight decay": {"weight_decay": 0.1, "decoupled_weight_decay": True},
        "maximize": {"maximize": True, "weight_decay": 0.1},
        "float64": {},
    },
    "RAdam": {
        "": {},
        "betas, eps": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-4},
        "weight decay": {"weight_decay": 0.1},
        "decoupled weight decay": {"weight_decay": 0.1, "decoupled_weight_decay": True},
        "maximize": {"maximize": True, "weight_decay": 0.1},
    },
    "RMSprop": {
        "": {},
        "alpha, eps": {"lr": 0.05, "alpha": 0.8, "eps": 1e-4},
        "momentum": {"momentum": 0.9},
        "centered": {"centered": True},
        "momentum, centered": {"momentum": 0.9, "centered": True},
        "weight decay": {"weight_decay": 0.1},
        "maximize": {"maximize": True},
    },
    "Rprop": {
        "": {},
        "etas": {"lr": 0.1, "etas": (0.3, 1.5)},
        "step sizes": {"lr": 0.1, "step_sizes": (0.05, 0.2)},
        "maximize": {"maximize": True},
    },
    "SGD": {
        "": {},
        "momentum": {"lr": 0.1, "momentum": 0.9},
        "dampening": {"lr": 0.1, "momentum": 0.9, "dampening": 0.3},
        "weight decay": {"lr": 0.1, "weight_decay": 0.02},
        "nesterov": {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.02},
        "maximize": {"lr": 0.1, "momentum": 0.8, "maximize": True},
        "float64": {"lr": 0.1, "momentum": 0.9},
    },
    "SparseAdam": {
        "": {},
        "betas, eps": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-5},
        "maximize": {"maximize": True},
    },
    "LBFGS": {
        "": {"lr": 0.3, "max_iter": 4, "history_size": 5},
        "strong Wolfe": {"max_iter": 4, "history_size": 5, "line_search_fn": "strong_wolfe"},
        "evaluations": {"lr": 3, "max_iter": 6, "max_eval": 5, "history_size": 5, "line_search_fn": "strong_wolfe"},
        "one iteration": {"lr": 0.1, "max_iter": 1, "history_size": 3},
        "tolerances": {"lr": 0.1, "history_size": 10, "tolerance_grad": 1e-2, "tolerance_change": 1e-2},
        "float64": {"max_iter": 4, "history_size": 5, "line_search_fn": "strong_wolfe"},
    },
}
# Half precision, in which the kernels that compute in single precision round once, and the others after each operation.
for cases in CASES.values():
    cases["bfloat16"] = dict(cases[""])
CASES["LBFGS"]["strong Wolfe bfloat16"] = dict(CASES["LBFGS"]["strong Wolfe"])
CASES["LBFGS"]["float16"] = dict(CASES["LBFGS"]["strong Wolfe"])
INTEGERS = {"params", "max_iter", "max_eval", "history_size", "func_evals", "n_iter", "step", "H_diag"}


def tensor(value):
    """As fixture.tensor, with no more digits than tell a float32 from its neighbors."""
    digits = 17 if value.dtype == torch.float64 else 9
    values = [float(f"{x:.{digits}g}") for x in value.detach().to(torch.float64).flatten().tolist()]
    return {"dtype": str(value.dtype).removeprefix("torch."), "shape": list(value.shape), "values": values}


def flatten(value, path=""):
    """The leaves of a state dictionary by their paths, with the types of what holds them."""
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in flatten(item, f"{path}.{key}")]
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__
        return [leaf for i, item in enumerate(value) for leaf in flatten(item, f"{path}.{kind}{i}")]
    return [(path, value)]


def layout(state):
    """One line for each leaf. Which kernels Python chooses does not count, and real options are floats."""
    lines = []
    for path, value in flatten(state):
        names = path.split(".")
        if isinstance(value, torch.Tensor):
            value = str(value.dtype).removeprefix("torch.") + str(list(value.shape))
        elif type(value) is int and not INTEGERS & set(names):
            value = float(value)
        lines.append(f"{path} {None if names[-1] == 'foreach' else value}")
    return lines


def sparse(gradient, step):
    """A few rows of the gradient, one of them twice."""
    count = gradient.shape[0]
    rows = torch.tensor([step % count, (2 * step + 1) % count, step % count])
    return torch.sparse_coo_tensor(
        rows.unsqueeze(0), gradient.index_select(0, rows), gradient.shape, check_invariants=True
    )


def objective(parameters):
    """What LBFGS minimizes: it has curvature that changes, and a gradient for all but the last parameter."""
    matrix, vector = parameters[0], parameters[1]
    a, b = GRADIENTS[0][0].to(matrix.dtype), GRADIENTS[0][1].to(matrix.dtype)
    return (matrix * matrix * 0.5 - a).pow(2).sum() + (vector * 2 - b).pow(4).sum() + matrix.sum() * vector.sum() * 0.1


def run(optimizer, parameters, kind, from_step=0, to_step=STEPS, snapshot=lambda step: None):
    for step in range(from_step, to_step):
        if kind == "LBFGS":

            def closure():
                optimizer.zero_grad()
                loss = objective(parameters)
                loss.backward()
                return loss

            optimizer.step(closure)
        else:
            for parameter, gradient in zip(parameters, GRADIENTS[step]):
                if gradient is not None and kind == "SparseAdam":
                    gradient = sparse(gradient, step)
                parameter.grad = None if gradient is None else gradient.to(parameter.dtype)
            optimizer.step()
        snapshot(step + 1)


def make(kind, options, parameters):
    """Two groups, the first with a learning rate of its own; one group if there can be no more."""
    kernels = {} if kind in WITHOUT_KERNELS else {"fused": True} if kind in FUSED else {"foreach": True}
    groups = parameters if kind == "LBFGS" else [{"params": parameters[:1], "lr": 0.03}, {"params": parameters[1:]}]
    return getattr(optim, kind)(groups, **options, **kernels)


def start(name):
    last = name.split()[-1] if name else ""
    dtype = getattr(torch, last) if last in ("float64", "float16", "bfloat16") else torch.float32
    return [nn.Parameter(value.to(dtype, copy=True)) for value in FIRST]


def case(kind, name, options):
    parameters = start(name)
    optimizer = make(kind, options, parameters)
    steps = {}

    def snapshot(step):
        if step in SNAPSHOTS:
            steps[str(step)] = [tensor(p) for p in parameters]

    run(optimizer, parameters, kind, snapshot=snapshot)
    state = optimizer.state_dict()
    leaves = {path: tensor(value) for path, value in flatten(state) if isinstance(value, torch.Tensor)}
    return {"steps": steps, "state": leaves, "layout": layout(state)}


def late_start():
    """A parameter whose first gradient comes in the fourth step. (The fused SGD of PyTorch fails then.)"""
    parameters = [nn.Parameter(value.clone()) for value in FIRST]
    optimizer = optim.SGD(parameters, lr=0.1, momentum=0.9, foreach=False)
    for step, gradients in enumerate(GRADIENTS):
        for i, (parameter, gradient) in enumerate(zip(parameters, gradients)):
            parameter.grad = None if gradient is None or (i == 1 and step < 3) else gradient.clone()
        optimizer.step()
    return [tensor(p) for p in parameters]


def classes():
    kinds = [getattr(optim, name) for name in optim.__all__ if isinstance(getattr(optim, name), type)]
    return [kind.__name__ for kind in kinds if issubclass(kind, optim.Optimizer) and kind is not optim.Optimizer]


if __name__ == "__main__":
    write(
        "optimizers",
        {
            "classes": classes(),
            "first": [tensor(value) for value in FIRST],
            "gradients": [[None if g is None else tensor(g) for g in gradients] for gradients in GRADIENTS],
            "cases": {
                f"{kind} {name}".strip(): case(kind, name, options)
                for kind, cases in CASES.items()
                for name, options in cases.items()
            },
            "lateStart": late_start(),
        },
    )
