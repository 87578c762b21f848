"""What layers draw and compute: their first weights, outputs in both modes, gradients and buffers, with every option."""

import torch
import fixture
from fixture import write
from torch import nn


def tensor(value):
    """With nine digits, which tell every float32 apart and take half the space."""
    result = fixture.tensor(value)
    return result | {"values": [float(f"{number:.9g}") for number in result["values"]]}


LAYERS = {
    "linear": (lambda: nn.Linear(5, 3), [2, 4, 5]),
    "linear without bias": (lambda: nn.Linear(5, 3, bias=False), [2, 5]),
    "conv2d": (lambda: nn.Conv2d(2, 3, 3), [2, 2, 5, 6]),
    "conv2d of one image": (lambda: nn.Conv2d(2, 3, 3), [2, 5, 6]),
    "conv2d with all options": (
        lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2, bias=False),
        [2, 4, 6, 5],
    ),
    "conv2d same": (lambda: nn.Conv2d(2, 3, (4, 3), padding="same", dilation=(1, 2)), [2, 2, 6, 7]),
    "conv2d valid": (lambda: nn.Conv2d(2, 3, 3, padding="valid"), [2, 2, 5, 6]),
    "conv2d reflect": (lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="reflect"), [2, 2, 5, 6]),
    "conv2d replicate": (lambda: nn.Conv2d(2, 3, 3, padding=(4, 1), padding_mode="replicate"), [2, 2, 3, 6]),
    "conv2d circular": (lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="circular"), [2, 2, 5, 6]),
    "conv2d same reflect": (lambda: nn.Conv2d(2, 3, (4, 3), padding="same", padding_mode="reflect"), [2, 2, 5, 6]),
    "batch norm": (lambda: nn.BatchNorm2d(3), [2, 3, 2, 4]),
    "batch norm with options": (lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.3, bias=False), [2, 3, 2, 4]),
    "batch norm with the mean of all": (lambda: nn.BatchNorm2d(3, momentum=None), [2, 3, 2, 4]),
    "batch norm without weights": (lambda: nn.BatchNorm2d(3, affine=False), [2, 3, 2, 4]),
    "batch norm without statistics": (lambda: nn.BatchNorm2d(3, track_running_stats=False), [2, 3, 2, 4]),
    "max pool": (lambda: nn.MaxPool2d(2), [2, 2, 5, 6]),
    "max pool with all options": (
        lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), ceil_mode=True),
        [2, 2, 6, 7],
    ),
    "relu": (lambda: nn.ReLU(), [3, 4]),
    "dropout": (lambda: nn.Dropout(0.4), [5, 6]),
    "flatten": (lambda: nn.Flatten(), [2, 3, 4]),
    "flatten of some": (lambda: nn.Flatten(start_dim=0, end_dim=-2), [2, 3, 4]),
    "sequential": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(),
            nn.Dropout(), nn.Linear(8, 3),
        ),
        [3, 1, 4, 4],
    ),
}  # fmt: skip


def case(make, shape):
    torch.manual_seed(11)
    layer = make()
    first = {key: tensor(value) for key, value in layer.state_dict().items()}
    inputs = [torch.randn(shape), torch.randn(shape)]
    probe = torch.randn_like(layer.eval()(inputs[0] * 1))
    torch.manual_seed(12)
    layer.train()
    inputs[0].requires_grad_()
    outputs = [layer(value * 1) for value in inputs]
    (outputs[0] * probe).sum().backward()
    gradients = [inputs[0].grad] + [p.grad for p in layer.parameters()]
    return {
        "description": repr(layer),
        "keys": list(layer.state_dict()),
        "parameters": [name for name, _ in layer.named_parameters()],
        "first": first,
        "inputs": [tensor(value) for value in inputs],
        "probe": tensor(probe),
        "outputs": [tensor(value) for value in outputs],
        "gradients": [tensor(value) for value in gradients],
        "last": {key: tensor(value) for key, value in layer.state_dict().items()},
        "evaluated": tensor(layer.eval()(inputs[0] * 1)),
    }


write("layers", {name: case(make, shape) for name, (make, shape) in LAYERS.items()})
