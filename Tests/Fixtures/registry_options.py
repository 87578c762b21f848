"""The options of PyTorch's optimizers, schedulers, losses and layers with their defaults, for the registries' tests."""

import inspect

import helios.scheduler
import torch.optim.lr_scheduler
import torch.optim.swa_utils
from fixture import write
from torch import nn, optim

# How a default is written if an option must be given.
REQUIRED = "required"


def text(value) -> str:
    """A default as a configuration writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(text, value))}]"
    return getattr(value, "__name__", str(value))


def options(*functions) -> dict:
    """The parameters of some functions but the first, which is the object itself."""
    result = {}
    for function in functions:
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            required = parameter.default is parameter.empty
            result[parameter.name] = REQUIRED if required else text(parameter.default)
    return result


def classes(module, base) -> dict:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, base) and value is not base and not name.startswith("_")
    }


def without(names: set, table: dict) -> dict:
    return {name: value for name, value in table.items() if name not in names}


modules = {name: options(value.__init__) for name, value in classes(nn, nn.Module).items()}
# These take any arguments and read them in their base class.
recurrent = without({"mode", "proj_size"}, options(nn.RNNBase.__init__))
modules["RNN"] = recurrent | {"nonlinearity": "tanh"}
modules["LSTM"] = recurrent | {"proj_size": "0"}
modules["GRU"] = recurrent

schedulers = (
    classes(torch.optim.lr_scheduler, torch.optim.lr_scheduler.LRScheduler)
    | classes(helios.scheduler, torch.optim.lr_scheduler.LRScheduler)
    | {"SWALR": torch.optim.swa_utils.SWALR}
)
write(
    "registry-options",
    {
        "losses": {name: value for name, value in sorted(modules.items()) if name.endswith("Loss")},
        "networks": {name: value for name, value in sorted(modules.items()) if not name.endswith("Loss")},
        "optimizers": {
            name: without({"params"}, options(value.__init__))
            for name, value in sorted(classes(optim, optim.Optimizer).items())
        },
        "schedulers": {
            name: without({"optimizer"}, options(value.__init__)) for name, value in sorted(schedulers.items())
        },
    },
)
