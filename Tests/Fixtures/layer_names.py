"""The names of the modules of torch.nn, for the test that none is forgotten."""

import inspect

from fixture import write
from torch import nn

write(
    "layer-names",
    sorted(name for name, value in vars(nn).items() if inspect.isclass(value) and issubclass(value, nn.Module)),
)
