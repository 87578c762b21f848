"""Writes an events file with PyTorch's SummaryWriter: write_events.py <folder>.

It needs the package tensorboard, as open_events.py does.
"""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path += filter(None, [os.environ.get("HELIOS_TENSORBOARD"), str(ROOT / ".libtorch/python")])

import torch
from torch.utils.tensorboard import SummaryWriter

writer = SummaryWriter(sys.argv[1])
for step in range(3):
    writer.add_scalar("loss", 0.1 * (step + 1), step, walltime=1000 + step)
writer.add_scalar("loss", float("nan"), 3, walltime=1003)
writer.add_image("image", torch.arange(24.0).reshape(1, 4, 6) / 23, 7, walltime=1007)
writer.add_histogram("weights", torch.tensor([0.0, 1, 1, 2, 5]), 8, bins=[0, 1, 2, 5], walltime=1008)
writer.add_text("note", "a **text**", 9, walltime=1009)
writer.add_pr_curve(
    "curve", torch.tensor([0, 1, 1]), torch.tensor([0.2, 0.4, 0.9]), 10, num_thresholds=3, walltime=1010)
writer.close()
