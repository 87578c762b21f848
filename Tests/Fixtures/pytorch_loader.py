"""A training whose order of samples and random masks come from one generator: what PyTorch's DataLoader draws from it.

Without arguments it writes pytorch-loader.json, from a training that masks its inputs with `torch.bernoulli`, which draws the
same on every processor. With `live` it prints the same of a training with dropout, whose masks depend on the processor's
kernels, for a comparison on this machine.
"""

import json
import sys

import torch
from fixture import tensor, write
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 7
COUNT = 22


def dataset() -> TensorDataset:
    own = torch.Generator().manual_seed(1)
    inputs = torch.rand(COUNT, 4, generator=own)
    return TensorDataset(inputs, torch.arange(COUNT) % 3, torch.arange(COUNT))


def train(drops: bool) -> dict:
    torch.set_num_threads(1)
    data = dataset()
    torch.manual_seed(SEED)
    network = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.5 if drops else 0.0), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, fused=True)
    criterion = nn.CrossEntropyLoss()
    train_loader = DataLoader(data, batch_size=4, shuffle=True)
    valid_loader = DataLoader(data, batch_size=11)
    orders, losses, scores = [], [], []
    for _ in range(3):
        order = []
        network.train()
        for inputs, targets, numbers in train_loader:
            order += numbers.tolist()
            if not drops:
                inputs = inputs * torch.bernoulli(torch.full_like(inputs, 0.5))
            optimizer.zero_grad()
            loss = criterion(network(inputs), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        orders.append(order)
        network.eval()
        with torch.no_grad():
            for inputs, targets, _ in valid_loader:
                scores.append(criterion(network(inputs), targets).item())
    # Whether the generator is where it should be.
    after = torch.randint(1 << 40, [3]).tolist()
    return {"inputs": tensor(data.tensors[0]), "orders": orders, "losses": losses, "scores": scores, "after": after}


if sys.argv[1:] == ["live"]:
    print(json.dumps(train(drops=True)))
else:
    write("pytorch-loader", train(drops=False))
