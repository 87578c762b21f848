"""Prints the names that PyTorch's profiler records in a step of a small network, each once, in alphabetical order."""

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

network = nn.Linear(3, 2)
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, foreach=False)
with profile(activities=[ProfilerActivity.CPU]) as profiler:
    with record_function("forward"):
        loss = network(torch.ones(4, 3)).sum()
    loss.backward()
print("\n".join(sorted({event.name for event in profiler.events()})))
