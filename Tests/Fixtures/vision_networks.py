"""What torchvision's networks have as their state, draw as their first weights, and compute in evaluation and in training.

It needs torchvision 0.29, where HELIOS_TORCHVISION names its folder if it is not installed; one that was built for CUDA does,
too. No weights are written: `fill` gives both sides the same ones. Of the outputs and gradients, a few numbers are.
"""

import os
import pathlib
import sys

import torch
from fixture import tensor, write

sys.path += filter(None, [os.environ.get("HELIOS_TORCHVISION")])
if "torchvision" not in sys.modules:
    sys.path.append(str(pathlib.Path(__file__).parents[2] / "Benchmarks" / "Peers"))
    import torchvision_operators  # noqa: F401
from torchvision import models

# The network, the shape of what it is tried with, and the deviation of its weights times the root of a layer's inputs: large
# enough that what a layer gives does not fade on the way through the network.
NETWORKS = {
    "resnet18": (models.resnet18, [4, 3, 64, 64], 1.0),
    "resnet34": (models.resnet34, [4, 3, 64, 64], 1.0),
    "resnet50": (models.resnet50, [4, 3, 64, 64], 1.0),
    "mobilenet_v3_large": (models.mobilenet_v3_large, [4, 3, 64, 64], 1.25),
    "mobilenet_v3_small": (models.mobilenet_v3_small, [4, 3, 64, 64], 1.4),
    "efficientnet_b0": (models.efficientnet_b0, [4, 3, 64, 64], 1.5),
    "vit_b_16": (models.vit_b_16, [1, 3, 224, 224], 1.0),
    "convnext_tiny": (models.convnext_tiny, [4, 3, 64, 64], 1.0),
}
COLUMNS = 8


def fill(network, generator, gain):
    """Fills the state in its order with uniform numbers, which are the same on every processor."""
    for key, value in network.state_dict().items():
        if value.dtype != torch.float32:
            continue
        drawn = torch.rand(value.shape, generator=generator)
        if key.endswith("running_var") or (key.endswith(".weight") and value.dim() == 1) or key.endswith("layer_scale"):
            value.copy_(drawn + 0.5)
        elif value.dim() == 1:
            value.copy_((drawn - 0.5) * 0.2)
        else:
            value.copy_((drawn - 0.5) * (gain * (12 / value[0].numel()) ** 0.5))


def squares(shape, generator):
    """Images of squares of 16 by 16 pixels, from -2 to 2: noise of single pixels would look alike to a network."""
    drawn = torch.rand([*shape[:2], shape[2] // 16, shape[3] // 16], generator=generator)
    return (drawn * 4 - 2).repeat_interleave(16, 2).repeat_interleave(16, 3)


def case(make, shape, gain):
    torch.manual_seed(3)
    network = make()
    state = network.state_dict()
    result = {
        "entries": [" ".join([key, *map(str, value.shape)]) for key, value in state.items()],
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "first": [float(value.flatten()[0]) for value in state.values()],
        "input": shape,
        "gain": gain,
    }
    generator = torch.Generator().manual_seed(5)
    fill(network, generator, gain)
    images = squares(shape, generator)
    probe = torch.rand([shape[0], 1000], generator=generator)
    result["evaluated"] = tensor(network.eval()(images)[:, :COLUMNS])
    torch.manual_seed(7)
    output = network.train()(images)
    result["trained"] = tensor(output[:, :COLUMNS])
    (output * probe).sum().backward()
    result["gradients"] = [float(parameter.grad.double().norm()) for parameter in network.parameters()]
    # The running statistics after the batch.
    result["statistics"] = [
        float(value.double().norm()) for key, value in network.state_dict().items() if "running" in key]  # fmt: skip
    return result


write("vision-networks", {name: case(*options) for name, options in NETWORKS.items()})
