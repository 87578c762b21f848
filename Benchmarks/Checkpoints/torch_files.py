"""Saves or loads once with PyTorch and prints the seconds that it took: the peer of Sources/main.swift.

    python3 torch_files.py (save|load) FILE [MiB]

PyTorch does not force a file to the disk; here the fsync is part of the time, as it is of all others.
"""

import os
import sys
import time

import torch

action, path = sys.argv[1:3]
size = int(sys.argv[3]) if len(sys.argv) > 3 else 1024

if action == "save":
    state = {f"layers.{number}.weight": torch.randn(2048, 2048) for number in range(max(size // 16, 1))}
    start = time.perf_counter()
    torch.save(state, path)
    with open(path, "rb") as file:
        os.fsync(file.fileno())
else:
    start = time.perf_counter()
    state = torch.load(path, weights_only=True)
print(time.perf_counter() - start)
