#!/usr/bin/env python3
"""Opens what a run of the digits example saved in PyTorch, as data: a checkpoint and the trained network.

Saves both again into a folder, for the Swift tests to compare, and prints how many of the test's digits PyTorch's own
module gets right with the network's weights. AdamW must take the optimizer's state, too.
"""

import pathlib
import sys

import torch

import digits


def main(folder: str, checkpoint: str, network: str):
    torch.set_num_threads(1)
    checkpoint, weights = (torch.load(path, weights_only=True) for path in (checkpoint, network))
    torch.save(checkpoint, pathlib.Path(folder) / "checkpoint.pth")
    torch.save(weights, pathlib.Path(folder) / "network.pth")

    module = digits.Network()
    module.load_state_dict(weights)
    optimizer = torch.optim.AdamW(module.parameters())
    optimizer.load_state_dict(checkpoint["model"]["user"]["optimizer"])
    module.eval()
    images, labels = digits.load()
    with torch.no_grad():
        right = module(images[digits.TRAIN_COUNT :]).argmax(1) == labels[digits.TRAIN_COUNT :]
    print(int(right.sum()))


if __name__ == "__main__":
    main(*sys.argv[1:])
