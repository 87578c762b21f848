import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

CHARACTERS = "0123456789+=;"
CONTEXT = 32


def encode(text):
    return torch.tensor([CHARACTERS.index(character) for character in text])


def make_sums(count, generator):
    pairs = torch.randint(100, (count, 2), generator=generator).tolist()
    return encode("".join(f"{a:02}+{b:02}={a + b:03};" for a, b in pairs))


def windows(text):
    rows = text.unfold(0, CONTEXT + 1, CONTEXT)
    return TensorDataset(rows[:, :-1].contiguous(), rows[:, 1:].contiguous())


class LanguageModel(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.token = nn.Embedding(len(CHARACTERS), width)
        self.position = nn.Embedding(CONTEXT, width)
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.1, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, len(CHARACTERS))

    def forward(self, tokens):
        length = tokens.shape[1]
        x = self.token(tokens) + self.position(torch.arange(length, device=tokens.device))
        mask = nn.Transformer.generate_square_subsequent_mask(length, device=tokens.device)
        return self.head(self.norm(self.blocks(x, mask, is_causal=True)))


class SumData(lightning.LightningDataModule):
    def train_dataloader(self):
        return DataLoader(windows(make_sums(8000, torch.Generator().manual_seed(1))), batch_size=64, shuffle=True)

    def val_dataloader(self):
        return DataLoader(windows(make_sums(1000, torch.Generator().manual_seed(2))), batch_size=250)


class Trained(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.network = LanguageModel()

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=3e-3)
        steps = self.trainer.estimated_stepping_batches
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def loss(self, batch):
        inputs, targets = batch
        return F.cross_entropy(self.network(inputs).flatten(0, 1), targets.flatten())

    def training_step(self, batch, batch_idx):
        loss = self.loss(batch)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        self.log("valid", self.loss(batch), prog_bar=True)


lightning.seed_everything(6691)
checkpoints = ModelCheckpoint("checkpoints", every_n_epochs=1, save_last=True)
trainer = lightning.Trainer(max_epochs=10, gradient_clip_val=1.0, callbacks=[checkpoints], logger=False)
trainer.fit(Trained(), SumData(), ckpt_path="last")
print(f"validation loss {trainer.callback_metrics['valid']}")
