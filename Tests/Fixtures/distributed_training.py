"""Trains on two processes with PyTorch's DistributedDataParallel, for the trainer on two ranks to compare with.

Run with a folder. Two processes, forked from this one, meet in a FileStore. Writes, with torch.save: `start` (weights and
data, each rank's part of a batch one after the other) and `end` (the weights after training).
"""

import pathlib
import sys

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from ranks import run

STEPS, RANKS, SAMPLES = 100, 2, 4


def make_network():
    return nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))


def train(rank, folder):
    start = torch.load(folder / "start")
    network = make_network()
    network.load_state_dict(start["network"])
    parallel = DistributedDataParallel(network)
    optimizer = torch.optim.SGD(parallel.parameters(), lr=0.05, momentum=0.9, fused=True)
    inputs = start["inputs"].view(STEPS, RANKS, SAMPLES, -1)
    targets = start["targets"].view(STEPS, RANKS, SAMPLES)
    for step in range(STEPS):
        optimizer.zero_grad()
        nn.functional.cross_entropy(parallel(inputs[step, rank]), targets[step, rank]).backward()
        optimizer.step()
    if rank == 0:
        torch.save(network.state_dict(), folder / "end")


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(11)
    count = STEPS * RANKS * SAMPLES
    torch.save({
        "network": make_network().state_dict(),
        "inputs": torch.randn(count, 6),
        "targets": torch.randint(3, (count,)),
    }, folder / "start")
    run(RANKS, folder, train)
    print("done")


main()
