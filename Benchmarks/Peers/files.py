"""Saves or loads once with PyTorch and prints the seconds that it took: the peer of Benchmarks/Checkpoints.

    python3 files.py (save|load) FILE [MiB|resnet18]

PyTorch does not force a file to the disk; here the fsync is part of the time, as it is of all others.
"""

import os
import sys
import time

import torch

import networks

action, path = sys.argv[1:3]
size = sys.argv[3] if len(sys.argv) > 3 else "1024"

if action == "save":
    if size == "resnet18":
        state = networks.resnet18().state_dict()
    else:
        state = {f"layers.{number}.weight": torch.randn(2048, 2048) for number in range(max(int(size) // 16, 1))}
    start = time.perf_counter()
    torch.save(state, path)
    with open(path, "rb") as file:
        os.fsync(file.fileno())
else:
    start = time.perf_counter()
    state = torch.load(path, weights_only=True)
print(time.perf_counter() - start)
