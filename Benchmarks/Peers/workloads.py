"""What is trained: network, optimizer, data and batch size, those of Benchmarks/Training."""

import dataclasses
import os
import pathlib
from collections.abc import Callable

import torch
from torch.nn import functional as F
from torch.utils.data import TensorDataset

import networks


@dataclasses.dataclass
class Workload:
    make_network: Callable
    make_optimizer: Callable
    make_data: Callable
    batch_size: int
    loss: Callable = F.cross_entropy


def images(count: int) -> TensorDataset:
    return TensorDataset(torch.randn(count, 3, 32, 32), torch.randint(10, (count,)))


def digits() -> TensorDataset:
    """The handwritten digits of the example, twenty times over."""
    path = pathlib.Path(os.environ.get("DIGITS", "Examples/Digits/Data/digits.csv"))
    rows = torch.tensor([[int(number) for number in line.split(",")] for line in path.read_text().split()])
    return TensorDataset((rows[:, :64].float() / 16).repeat(20, 1), rows[:, 64].repeat(20))


def text() -> TensorDataset:
    tokens = torch.randint(networks.VOCABULARY, (1920, networks.CONTEXT + 1))
    return TensorDataset(tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous())


WORKLOADS = {
    "mlp": Workload(
        networks.mlp, lambda p: torch.optim.AdamW(p, lr=1e-3),
        lambda: TensorDataset(torch.randn(64000, 64), torch.randint(10, (64000,))), 32),
    "digits": Workload(networks.mlp, lambda p: torch.optim.AdamW(p, lr=1e-3), digits, 32),
    "lenet": Workload(
        networks.lenet, lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9), lambda: images(6000), 4),
    "resnet18": Workload(
        networks.resnet18, lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9, weight_decay=5e-4),
        lambda: images(640), 32),
    "gpt": Workload(
        networks.GPT, lambda p: torch.optim.AdamW(p, lr=3e-4), text, 12,
        lambda output, targets: F.cross_entropy(output.flatten(0, 1), targets.flatten())),
}
