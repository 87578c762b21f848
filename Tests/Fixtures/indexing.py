"""Subscripts of one tensor of shape [4, 5, 3] with the elements 0, 1, …: what PyTorch's give."""

import torch

import fixture

x = torch.arange(60, dtype=torch.float32).reshape(4, 5, 3)
rows = torch.tensor([2, 0, -1])
mask = torch.tensor([True, False, True, False])

reads = {
    "x[1]": x[1],
    "x[-1, 2]": x[-1, 2],
    "x[1, 2, 0]": x[1, 2, 0],
    "x[1:3]": x[1:3],
    "x[:, 1:3]": x[:, 1:3],
    "x[..., 0]": x[..., 0],
    "x[..., 1:]": x[..., 1:],
    "x[:2, :-1]": x[:2, :-1],
    "x[None]": x[None],
    "x[:, None, 0]": x[:, None, 0],
    "x[::2, 1::3]": x[::2, 1::3],
    "x[-3:-1]": x[-3:-1],
    "x[2:100]": x[2:100],
    "x[3:1]": x[3:1],
    "x[rows]": x[rows],
    "x[:, rows]": x[:, rows],
    "x[rows, rows]": x[rows, rows],
    "x[mask]": x[mask],
    "x[mask, 0]": x[mask, 0],
    "x[x > 50]": x[x > 50],
    "x[rows, 1:3]": x[rows, 1:3],
    "x[..., None, rows]": x[..., None, torch.tensor([0, 2])],
    "x[1, ..., rows]": x[1, ..., torch.tensor([0, 2])],
    "x[empty]": x[torch.zeros(0, dtype=torch.int64)],
    "x[rows matrix]": x[torch.tensor([[0, 1], [2, 3]])],
}


def written(change) -> torch.Tensor:
    y = x.clone()
    change(y)
    return y


def put(*index, value):
    return written(lambda y: y.__setitem__(index if len(index) != 1 else index[0], value))


writes = {
    "x[0] = 1": put(0, value=1.0),
    "x[:, 1] = -2": put(slice(None), 1, value=-2.0),
    "x[mask] = 7": put(mask, value=7.0),
    "x[x > 30] = 0": put(x > 30, value=0.0),
    "x[rows, 0] = values": put(rows, 0, value=torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])),
    "x[..., 2] = row": put(..., 2, value=torch.tensor([1.0, 2, 3, 4, 5])),
    "x[1:3, 0, 0] = values": put(slice(1, 3), 0, 0, value=torch.tensor([-1.0, -2.0])),
    "x = 5": put(..., value=5.0),
}

fixture.write("indexing", {
    "reads": {name: fixture.tensor(value) for name, value in reads.items()},
    "writes": {name: fixture.tensor(value) for name, value in writes.items()},
})
