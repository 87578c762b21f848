"""Trains with PyTorch a network of which parts are frozen for a while, for FreezeSchedule to compare with.

Run with a folder. Writes, with torch.save: `start` (weights and data) and `end` (the weights after each epoch).

The first layer is frozen until epoch 3, and then has a tenth of the learning rate; the batch normalization is frozen, and
uses its running statistics, until iteration 6; the last layer is frozen from epoch 4 on.
"""

import pathlib
import sys

import torch
from torch import nn

EPOCHS, BATCHES, SAMPLES = 4, 3, 4


def main(folder):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(9, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 3))
    inputs = torch.randn(BATCHES * SAMPLES, 1, 3, 3)
    targets = torch.randint(3, [BATCHES * SAMPLES])
    start = {"network": {key: value.clone() for key, value in network.state_dict().items()}}
    torch.save(start | {"inputs": inputs, "targets": targets}, folder / "start")

    first = list(network[0].parameters())
    rest = [parameter for layer in network[1:] for parameter in layer.parameters()]
    optimizer = torch.optim.SGD([{"params": first}, {"params": rest}], lr=0.1, momentum=0.9)
    iteration, ends = 0, {}
    for epoch in range(1, EPOCHS + 1):
        network.train()
        for batch in range(BATCHES):
            iteration += 1
            if epoch >= 3:
                optimizer.param_groups[0]["lr"] = 0.1 * 0.1
            frozen = {0: epoch < 3, 1: iteration < 6, 3: epoch >= 4}
            for index, is_frozen in frozen.items():
                network[index].requires_grad_(not is_frozen)
            network[1].train(not frozen[1])
            part = slice(batch * SAMPLES, (batch + 1) * SAMPLES)
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(inputs[part].flatten(1)), targets[part]).backward()
            optimizer.step()
        ends[str(epoch)] = {key: value.clone() for key, value in network.state_dict().items()}
    torch.save(ends, folder / "end")
    print("done")


main(pathlib.Path(sys.argv[1]))
