import math
import os

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


def make_ring(count):
    angle = 2 * math.pi * torch.randint(8, (count,)) / 8
    centers = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    return TensorDataset(centers + 0.05 * torch.randn(count, 2))


class Perceptron(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.hidden1 = nn.Linear(inputs, 128)
        self.hidden2 = nn.Linear(128, 128)
        self.output = nn.Linear(128, outputs)

    def forward(self, x):
        x = F.leaky_relu(self.hidden1(x), 0.2)
        x = F.leaky_relu(self.hidden2(x), 0.2)
        return self.output(x)


device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(6691)
loader = DataLoader(make_ring(4096), batch_size=128, shuffle=True)
generator, discriminator = Perceptron(16, 2).to(device), Perceptron(2, 1).to(device)
generator_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.9))

start = 0
if os.path.exists("gan.pth"):
    checkpoint = torch.load("gan.pth", weights_only=True)
    generator.load_state_dict(checkpoint["generator"])
    discriminator.load_state_dict(checkpoint["discriminator"])
    generator_optimizer.load_state_dict(checkpoint["generator_optimizer"])
    discriminator_optimizer.load_state_dict(checkpoint["discriminator_optimizer"])
    torch.set_rng_state(checkpoint["random"])
    start = checkpoint["epoch"]

for epoch in range(start, 60):
    for (real,) in loader:
        real = real.to(device)
        fake = generator(torch.randn(len(real), 16, device=device))

        discriminator_optimizer.zero_grad()
        discriminator_loss = (
            F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
        )
        discriminator_loss.backward()
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        generator_loss = F.softplus(-discriminator(fake)).mean()
        generator_loss.backward()
        generator_optimizer.step()
    print(f"epoch {epoch + 1}: {discriminator_loss.item():.4f} {generator_loss.item():.4f}")
    torch.save(
        {
            "generator": generator.state_dict(),
            "discriminator": discriminator.state_dict(),
            "generator_optimizer": generator_optimizer.state_dict(),
            "discriminator_optimizer": discriminator_optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "epoch": epoch + 1,
        },
        "gan.pth",
    )

with torch.no_grad():
    samples = generator(torch.randn(1000, 16, device=device))
radius = samples.norm(dim=1)
print(f"distance from the center: {radius.mean().item():.3f} ± {radius.std().item():.3f}")
