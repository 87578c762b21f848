#!/usr/bin/env python3
"""Trains the network of the digits example with PyTorch and writes its losses to digits.json: what the example's own run
is compared with, step by step. The same seed gives the same initial weights and the same orders of the digits."""

import csv
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

import fixture

SEED = 0
EPOCHS = 3
BATCH_SIZE = 32
TRAIN_COUNT = 1437


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.norm1, self.norm2 = nn.BatchNorm2d(16), nn.BatchNorm2d(32)
        self.fc = nn.Linear(32 * 4 * 4, 10)

    def forward(self, images):
        x = F.relu(self.norm1(self.conv1(images)))
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)
        return self.fc(x.flatten(1))


def load():
    path = pathlib.Path(__file__).parents[2] / "Examples" / "Digits" / "Data" / "digits.csv"
    with path.open() as file:
        rows = torch.tensor([[int(value) for value in row] for row in csv.reader(file)])
    return rows[:, :64].reshape(-1, 1, 8, 8).float() / 16, rows[:, 64]


def main():
    torch.set_num_threads(1)
    images, labels = load()
    torch.manual_seed(SEED)
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, fused=True)
    losses, accuracies = [], []
    for epoch in range(EPOCHS):
        # The order of Helios: a generator of its own for each epoch.
        order = torch.randperm(TRAIN_COUNT, generator=torch.Generator().manual_seed(SEED + epoch))
        network.train()
        for batch in order.split(BATCH_SIZE):
            optimizer.zero_grad()
            loss = F.cross_entropy(network(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        network.eval()
        with torch.no_grad():
            right = network(images[TRAIN_COUNT:]).argmax(1) == labels[TRAIN_COUNT:]
        accuracies.append(right.float().mean().item())
    fixture.write("digits", {"losses": losses, "accuracies": accuracies})


if __name__ == "__main__":
    main()
