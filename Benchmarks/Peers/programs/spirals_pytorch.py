import math
import os

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


def make_spirals(count):
    label = torch.arange(count) % 2
    radius = torch.arange(count) / count
    angle = math.pi * (2 * radius + label)
    points = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)
    return TensorDataset(points, label)


device = "cuda" if torch.cuda.is_available() else "cpu"
train_loader = DataLoader(make_spirals(1000), batch_size=50, shuffle=True)
valid_loader = DataLoader(make_spirals(334), batch_size=334)
network = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2)).to(device)
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)

start = 0
if os.path.exists("spirals.pth"):
    checkpoint = torch.load("spirals.pth", weights_only=True)
    network.load_state_dict(checkpoint["network"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    torch.set_rng_state(checkpoint["random"])
    start = checkpoint["epoch"]

accuracy = 0.0
for epoch in range(start, 20):
    network.train()
    for inputs, targets in train_loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = F.cross_entropy(network(inputs), targets)
        loss.backward()
        optimizer.step()
    if (epoch + 1) % 5 == 0:
        network.eval()
        with torch.no_grad():
            for inputs, targets in valid_loader:
                inputs, targets = inputs.to(device), targets.to(device)
                accuracy = (network(inputs).argmax(dim=1) == targets).float().mean().item()
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}, accuracy {accuracy:.4f}")
        torch.save(
            {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "random": torch.get_rng_state(),
                "epoch": epoch + 1,
            },
            "spirals.pth",
        )
print(f"accuracy {accuracy}")
