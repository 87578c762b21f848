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
}


def drawn(function, shape):
    torch.manual_seed(5)
    return tensor(function(torch.empty(shape)))


write(
    "initialisers",
    {
        "drawn": {name: [drawn(f, [3, 5]), drawn(f, [4, 2, 3, 2])] for name, f in FUNCTIONS.items()},
        "gains": {n: init.calculate_gain(n) for n in ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]},
        "leakyGain": init.calculate_gain("leaky_relu", 0.2),
    },
)
