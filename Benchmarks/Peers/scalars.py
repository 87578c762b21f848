#!/usr/bin/env python3
"""Writes numbers with PyTorch's SummaryWriter, and prints the seconds until the file has all of them.

    scalars.py FOLDER COUNT"""

import sys
import time

from torch.utils.tensorboard import SummaryWriter

writer = SummaryWriter(sys.argv[1])
start = time.perf_counter()
for step in range(int(sys.argv[2])):
    writer.add_scalar("loss", 1 / (step + 1), step)
writer.close()
print(time.perf_counter() - start)
