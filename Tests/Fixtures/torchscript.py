"""Exchanges modules of TorchScript with the tests.

    torchscript.py make FOLDER       scripts and traces modules, and saves them with an input and their output
    torchscript.py run FILE INPUT    runs a module that the tests saved on a tensor in a file; prints the output
"""

import json
import pathlib
import sys

import torch
from torch import nn


class Branching(nn.Module):
    """What a trace cannot say: a loop and a branch."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor, rounds: int):
        for _ in range(rounds):
            if x.sum() > 0:
                x = self.linear(x)
            else:
                x = x + 1
        return x


class Collections(nn.Module):
    def forward(self, tensors: list[torch.Tensor], options: dict[str, torch.Tensor], pair: tuple[int, float]):
        total = options["start"] + pair[0] * pair[1]
        for tensor in tensors:
            total = total + tensor
        return {"total": total, "count": torch.tensor(len(tensors))}, [total, total * 2], "done"

    @torch.jit.export
    def double(self, x: torch.Tensor):
        return x * 2


def make(folder):
    torch.manual_seed(1)
    torch.jit.script(Branching()).save(folder / "branching.pt")
    torch.jit.script(Collections()).save(folder / "collections.pt")
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(), nn.Flatten(), nn.Linear(32, 2)).eval()
    x = torch.rand(2, 1, 6, 6)
    torch.jit.trace(network, x).save(folder / "traced.pt")
    torch.save({"x": x, "y": network(x).detach()}, folder / "traced.pth")
    branching = torch.jit.load(folder / "branching.pt")
    x = torch.rand(2, 3)
    torch.save({"x": x, "y": branching(x, 3).detach()}, folder / "branching.pth")
    torch.save({"x": x}, folder / "no-module.pt")


def run(file, tensors):
    module = torch.jit.load(file)
    state = torch.load(tensors, weights_only=True)
    output = module(state["x"])
    outputs = output if isinstance(output, tuple) else (output,)
    print(json.dumps({
        "equal": all(torch.equal(value, state[f"y{i}"]) for i, value in enumerate(outputs)),
        "names": [name for name, _ in module.named_parameters()],
    }))


if sys.argv[1] == "make":
    make(pathlib.Path(sys.argv[2]))
else:
    run(*sys.argv[2:4])
