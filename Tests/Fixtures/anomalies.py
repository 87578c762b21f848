"""Prints the function that PyTorch's detect_anomaly names for some backward passes, a line for each."""

import torch

LOSSES = {
    "sqrt": lambda x: (x.sqrt() * 0).sum(),
    "norm": lambda x: ((x * x).sum().sqrt() * 0 + x.pow(1.5).sum() * 0),
    "division": lambda x: (x / x).nan_to_num().sum(),
    "where": lambda x: torch.where(x > 0, x.log(), x).sum(),
}

for name, loss in LOSSES.items():
    x = torch.zeros(3, requires_grad=True)
    function = "none"
    try:
        with torch.autograd.detect_anomaly():
            loss(x).backward()
    except RuntimeError as error:
        function = str(error).split("'")[1]
    print(name, function)
