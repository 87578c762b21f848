#!/usr/bin/env python3
"""Lets PyTorch's update_bn measure a network's running statistics anew, and writes them to update-batch-norm.json."""

import torch
from torch import nn
from torch.optim.swa_utils import update_bn

import fixture


def main():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.BatchNorm1d(4, momentum=0.3))
    weight, bias = network[0].weight.detach().clone(), network[0].bias.detach().clone()
    batches = [torch.randn(count, 3) * 2 + 1 for count in (5, 4, 7)]
    network.eval()
    update_bn(batches, network)
    fixture.write(
        "update-batch-norm",
        {
            "weight": fixture.tensor(weight),
            "bias": fixture.tensor(bias),
            "batches": [fixture.tensor(batch) for batch in batches],
            "buffers": {name: fixture.tensor(buffer) for name, buffer in network.named_buffers()},
        },
    )


if __name__ == "__main__":
    main()
