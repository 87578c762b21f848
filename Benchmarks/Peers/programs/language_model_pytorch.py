import os

import torch
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


def loss_of(network, inputs, targets):
    return F.cross_entropy(network(inputs).flatten(0, 1), targets.flatten())


device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(6691)
train_loader = DataLoader(windows(make_sums(8000, torch.Generator().manual_seed(1))), batch_size=64, shuffle=True)
valid_loader = DataLoader(windows(make_sums(1000, torch.Generator().manual_seed(2))), batch_size=250)
network = LanguageModel().to(device)
optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, epochs=10, steps_per_epoch=len(train_loader))

start = 0
if os.path.exists("language-model.pth"):
    checkpoint = torch.load("language-model.pth", weights_only=True)
    network.load_state_dict(checkpoint["network"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    torch.set_rng_state(checkpoint["random"])
    start = checkpoint["epoch"]

valid_loss = 0.0
for epoch in range(start, 10):
    network.train()
    for inputs, targets in train_loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = loss_of(network, inputs, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
    network.eval()
    with torch.no_grad():
        losses = [loss_of(network, x.to(device), y.to(device)).item() for x, y in valid_loader]
    valid_loss = sum(losses) / len(losses)
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}, valid {valid_loss:.4f}")
    torch.save(
        {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
            "random": torch.get_rng_state(),
            "epoch": epoch + 1,
        },
        "language-model.pth",
    )
print(f"validation loss {valid_loss}")
