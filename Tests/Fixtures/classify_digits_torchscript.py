"""Prints the scores that PyTorch computes for the digits of the test with an exported network, a line of JSON for each.

    python3 classify_digits_torchscript.py NETWORK.pt DIGITS.csv
"""

import json
import sys

import torch

with open(sys.argv[2]) as file:
    rows = [[float(value) for value in line.split(",")] for line in file][1437:]
images = (torch.tensor(rows)[:, :64] / 16).reshape(-1, 1, 8, 8)
with torch.no_grad():
    for row in torch.jit.load(sys.argv[1])(images).tolist():
        print(json.dumps(row))
