"""Computes what some rows of numbers are like, for NumberStatistics to compare with.

Run with a folder. Writes, with torch.save, `rows`: `row0`, … and `statistics`: the norm, mean, standard deviation, least,
greatest, and the part of zeros of each.
"""

import pathlib
import sys

import torch

torch.manual_seed(0)
rows = [
    torch.randn(1000, dtype=torch.float64), torch.randn(37, dtype=torch.float64).relu(),
    torch.full([1], 2.5, dtype=torch.float64), torch.zeros(8, dtype=torch.float64),
    torch.randn(50, dtype=torch.float64) * 1e-6 + 100,
]
statistics = [
    [row.norm(), row.mean(), row.std(correction=0), row.min(), row.max(), (row == 0).double().mean()] for row in rows
]
folder = pathlib.Path(sys.argv[1])
torch.save({f"row{index}": row for index, row in enumerate(rows)}, folder / "rows")
torch.save({"statistics": torch.tensor(statistics, dtype=torch.float64)}, folder / "statistics")
print("done")
