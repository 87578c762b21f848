"""What torch.nn.init draws, each function after the same seed, and the gains."""

import torch
from fixture import tensor, write
from torch.nn import init

FUNCTIONS = {
    "uniform": lambda t: init.uniform_(t, -2, 3),
    "normal": lambda t: init.normal_(t, 1, 2),
    "constant": lambda t: init.constant_(t, 0.25),
    "zeros": init.zeros_,
    "ones": init.ones_,
    "kaiming uniform": init.kaiming_uniform_,
    "kaiming uniform with options": lambda t: init.kaiming_uniform_(t, a=0.3, mode="fan_out"),
    "kaiming normal": lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
    "xavier uniform": lambda t: init.xavier_uniform_(t, gain=init.calculate_gain("tanh")),
    "xavier normal": init.xavier_normal_,
    "truncated normal": init.trunc_normal_,
    "truncated normal, redrawn": lambda t: init.trunc_normal_(t, 0.5, 1.5, -1, 1.25),
    "truncated normal, accepted": lambda t: init.trunc_normal_(t, 0.5, 2, 2, 3),
    "truncated normal, tail": lambda t: init.trunc_normal_(t, 0, 1, 3, 5),
    "truncated normal, left of the mean": lambda t: init.trunc_normal_(t, 0, 1, -9, -4),
    "orthogonal": init.orthogonal_,
    "orthogonal, gain": lambda t: init.orthogonal_(t, gain=1.5),
}
MATRICES = {
    "eye": init.eye_,
    "sparse": lambda t: init.sparse_(t, 0.4),
    "sparse, std": lambda t: init.sparse_(t, 0.75, std=2),
}
CONVOLUTIONS = {"dirac": init.dirac_, "dirac, groups": lambda t: init.dirac_(t, 2)}


def drawn(function, shape, dtype=torch.float32):
    torch.manual_seed(5)
    return tensor(function(torch.empty(shape, dtype=dtype)))


def default_init_weights():
    """What Helios' function of that name does, for a convolution, a batch normalization and a linear layer."""
    torch.manual_seed(5)
    weights = [torch.empty(4, 2, 3, 3), torch.empty(3, 8)]
    for weight in weights:
        init.kaiming_normal_(weight, a=0.1, mode="fan_out")
        weight *= 0.1
    return [tensor(weight) for weight in weights]


write(
    "initializers",
    {
        "drawn": {name: [drawn(f, [3, 5]), drawn(f, [4, 2, 3, 2])] for name, f in FUNCTIONS.items()}
        | {name: [drawn(f, [3, 5]), drawn(f, [5, 3])] for name, f in MATRICES.items()}
        | {name: [drawn(f, s) for s in ([4, 2, 3], [4, 2, 3, 2], [2, 3, 1, 3, 4])] for name, f in CONVOLUTIONS.items()}
        | {"truncated normal, halves": [drawn(init.trunc_normal_, [40], torch.bfloat16)]}
        | {"default": default_init_weights()},
        "gains": {n: init.calculate_gain(n) for n in ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]},
        # Names of layers that have no function behind them.
        "gainsOfLayers": [
            init.calculate_gain(name)
            for name in ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]
        ],
        "functions": sorted(name for name in init.__all__ if name.endswith("_")),
        "leakyGain": init.calculate_gain("leaky_relu", 0.2),
    },
)
