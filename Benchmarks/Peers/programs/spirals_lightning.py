import math

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


def make_spirals(count):
    label = torch.arange(count) % 2
    radius = torch.arange(count) / count
    angle = math.pi * (2 * radius + label)
    points = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)
    return TensorDataset(points, label)


class SpiralData(lightning.LightningDataModule):
    def train_dataloader(self):
        return DataLoader(make_spirals(1000), batch_size=50, shuffle=True)

    def val_dataloader(self):
        return DataLoader(make_spirals(334), batch_size=334)


class SpiralModel(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=1e-2)

    def training_step(self, batch, batch_idx):
        inputs, targets = batch
        loss = F.cross_entropy(self.network(inputs), targets)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        inputs, targets = batch
        accuracy = (self.network(inputs).argmax(dim=1) == targets).float().mean()
        self.log("accuracy", accuracy, prog_bar=True)


lightning.seed_everything(6691)
checkpoints = ModelCheckpoint("checkpoints", every_n_epochs=5, save_last=True)
trainer = lightning.Trainer(max_epochs=20, check_val_every_n_epoch=5, callbacks=[checkpoints], logger=False)
model = SpiralModel()
trainer.fit(model, SpiralData(), ckpt_path="last")
print(f"accuracy {trainer.callback_metrics['accuracy']}")
