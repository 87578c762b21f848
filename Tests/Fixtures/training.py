"""A small convolutional network trained for some steps from its first weights: the losses and the last weights."""

import torch
from fixture import tensor, write
from torch import nn
from torch.nn import functional as F
from torch.optim import SGD, AdamW

STEPS = 12


def run(make):
    # Without the bias that normalization takes away again: its gradient is rounding alone, and AdamW makes steps of it.
    torch.manual_seed(41)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(64, 5),
    )  # fmt: skip
    images, classes = torch.randn(6, 1, 8, 8), torch.randint(0, 5, (6,))
    optimizer = make(network.parameters())
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(images), classes)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "bias": tensor(network[6].bias), "mean": tensor(network[1].running_mean)}


write(
    "training",
    {
        "sgd": run(lambda p: SGD(p, lr=0.1, momentum=0.9, fused=True)),
        "adamw": run(lambda p: AdamW(p, lr=0.01, fused=True)),
    },
)
