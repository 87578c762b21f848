import math

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
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


class RingData(lightning.LightningDataModule):
    def setup(self, stage):
        self.ring = make_ring(4096)

    def train_dataloader(self):
        return DataLoader(self.ring, batch_size=128, shuffle=True)


class GAN(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.discriminator = Perceptron(16, 2), Perceptron(2, 1)

    def configure_optimizers(self):
        return (
            torch.optim.Adam(self.generator.parameters(), lr=1e-3, betas=(0.5, 0.9)),
            torch.optim.Adam(self.discriminator.parameters(), lr=1e-3, betas=(0.5, 0.9)),
        )

    def sample(self, count):
        return self.generator(torch.randn(count, 16, device=self.device))

    def training_step(self, batch, batch_idx):
        (real,) = batch
        fake = self.sample(len(real))
        generator_optimizer, discriminator_optimizer = self.optimizers()

        discriminator_optimizer.zero_grad()
        discriminator_loss = (
            F.softplus(-self.discriminator(real)).mean() + F.softplus(self.discriminator(fake.detach())).mean()
        )
        self.manual_backward(discriminator_loss)
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        generator_loss = F.softplus(-self.discriminator(fake)).mean()
        self.manual_backward(generator_loss)
        generator_optimizer.step()

        self.log_dict({"discriminator": discriminator_loss, "generator": generator_loss}, prog_bar=True)


lightning.seed_everything(6691)
checkpoints = ModelCheckpoint("checkpoints", every_n_epochs=1, save_last=True)
trainer = lightning.Trainer(max_epochs=60, callbacks=[checkpoints], logger=False)
model = GAN()
trainer.fit(model, RingData(), ckpt_path="last")
with torch.no_grad():
    radius = model.sample(1000).norm(dim=1)
print(f"distance from the center: {radius.mean().item():.3f} ± {radius.std().item():.3f}")
