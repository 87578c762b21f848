"""The names of the functions of torch.nn.functional, for the count of what is here."""

import inspect

from fixture import write
from torch.nn import functional

write(
    "function-names",
    sorted(
        name for name, value in vars(functional).items()
        if inspect.isroutine(value) and not name.startswith("_")
    ),
)
