"""Results of operations on a handful of tensors, and the gradients of some."""

import torch
import torch.nn.functional as F

import fixture

torch.manual_seed(3)
inputs = {
    "a": torch.randn(3, 4),
    "b": torch.randn(3, 4),
    "c": torch.randn(4, 2),
    "positive": torch.rand(3, 4) + 0.1,
    "row": torch.randn(4),
    "i": torch.tensor([[7, -7, 5, -5], [9, 0, -3, 1], [2, -2, 8, -8]]),
    "j": torch.tensor([[2, 2, -3, -3], [4, 5, 2, -1], [-2, 2, 3, 3]]),
    "mask": torch.tensor([[True, False, True, True], [False, False, True, False], [True, True, False, False]]),
    "image": torch.randn(2, 4, 5, 6),
    "kernel": torch.randn(4, 2, 3, 3),
    "labels": torch.tensor([1, 0, 3]),
    "places": torch.tensor([[0, 1, 2, 0], [2, 2, 0, 1]]),
    "batch": torch.randn(2, 3, 4),
    "table": torch.randn(5, 3),
    "half": torch.tensor([0.5, -1.5, 2.25], dtype=torch.float16),
    "byte": torch.tensor([200, 100, 7], dtype=torch.uint8),
}
globals().update(inputs)

results = {
    # Arithmetic, with numbers on either side
    "a + b": a + b, "a - 2": a - 2, "2 - a": 2 - a, "a * 0.5": a * 0.5, "3 / positive": 3 / positive, "a / b": a / b,
    "-a": -a, "a % 0.75": a % 0.75, "i % 3": i % 3, "i % -3": i % -3, "i % j": i % j, "a + row": a + row,
    "a.add(alpha)": a.add(b, alpha=2.5), "a.rsub": torch.rsub(a, b, alpha=0.5), "a.fmod": torch.fmod(a, 0.75),
    "i.fmod": torch.fmod(i, 3), "i / 2": i / 2, "i // 2": i // 2, "i // j": i // j, "a // 0.3": a // 0.3,
    "i div trunc": torch.div(i, 2, rounding_mode="trunc"), "i div floor": torch.div(i, j, rounding_mode="floor"),
    "a.pow(3)": a.pow(3), "2 ** a": torch.pow(2, a), "positive ** b": positive.pow(b), "i ** 2": i ** 2,
    # Types
    "i + 1": i + 1, "i + 0.5": i + 0.5, "i + True": i + True, "half + 1": half + 1, "half + 0.1": half + 0.1,
    "byte + 100": byte + 100, "byte + int64": byte + torch.tensor([1000, 1000, 1000]), "mask + mask": mask.int() + mask,
    "half * float": half * torch.tensor([1.0, 2.0, 3.0]), "half * double scalar": half * torch.tensor(0.1, dtype=torch.float64),
    "mask * 2": mask * 2, "mask * 2.5": mask * 2.5, "i to uint8": i.to(torch.uint8), "a to int64": (a * 10).to(torch.int64),
    # Comparison
    "a > b": a > b, "i == 0": i == 0, "i != j": i != j, "a <= 0": a <= 0, "a >= 0.5": a >= 0.5, "i < j": i < j,
    "mask and": mask & (a > 0), "mask or": mask | (a > 0), "not mask": ~mask, "where": torch.where(mask, a, b),
    "where number": torch.where(mask, a, 0.0), "masked_fill": a.masked_fill(mask, -1), "masked_select": a[mask],
    # Elementwise
    "abs": a.abs(), "exp": a.exp(), "log": positive.log(), "sqrt": positive.sqrt(), "rsqrt": positive.rsqrt(), "sin": a.sin(),
    "tanh": a.tanh(), "sigmoid": a.sigmoid(), "relu": a.relu(), "gelu": F.gelu(a), "gelu tanh": F.gelu(a, approximate="tanh"),
    "silu": F.silu(a), "erf": a.erf(), "floor": a.floor(), "round": (a * 10).round(), "round decimals": a.round(decimals=1),
    "clamp": a.clamp(-0.5, 0.5), "clamp min": a.clamp(min=0.1), "maximum": torch.maximum(a, b), "lerp": a.lerp(b, 0.3),
    "addcmul": a.addcmul(b, positive, value=0.5), "addcdiv": a.addcdiv(b, positive, value=-2), "sign": i.sign(),
    "bitwise and": i & 6, "bitwise xor": i ^ j, "atan2": torch.atan2(a, b), "reciprocal": positive.reciprocal(),
    "leaky relu": F.leaky_relu(a, 0.2), "elu": F.elu(a), "softplus": F.softplus(a), "hardtanh": F.hardtanh(a),
    # Reductions
    "sum": a.sum(), "sum 0": a.sum(0), "sum -1 keep": a.sum(-1, keepdim=True), "sum all keep": a.sum((0, 1), keepdim=True),
    "sum of bool": mask.sum(), "sum of int32": i.int().sum(), "mean 1": a.mean(1), "mean": a.mean(), "prod": positive.prod(1),
    "std": a.std(), "std 0": a.std(0), "var 1 correction 0": a.var(1, correction=0), "amax": a.amax(1),
    "max values": a.max(1).values, "max indices": a.max(1).indices, "min": a.min(), "argmax": a.argmax(), "argmax 0": a.argmax(0),
    "any": mask.any(1), "all": mask.all(), "norm": a.norm(), "norm 1 of rows": a.norm(1, dim=1), "logsumexp": a.logsumexp(1),
    "cumsum": a.cumsum(1), "cumprod": a.cumprod(0), "median": a.median(1).values, "count_nonzero": torch.count_nonzero(i),
    "softmax": a.softmax(1), "log_softmax": a.log_softmax(0),
    # Shapes
    "transpose": a.t().contiguous(), "permute": batch.permute(2, 0, 1).contiguous(), "flatten": batch.flatten(1),
    "unsqueeze": row.unsqueeze(0), "expand": row.expand(2, 4).contiguous(), "repeat": row.repeat(2, 2), "flip": a.flip(1),
    "repeat_interleave": row.repeat_interleave(2), "roll": a.roll(1, 1), "cat": torch.cat([a, b], 1),
    "stack": torch.stack([a, b], 1), "chunk 1": a.chunk(2, 1)[1].contiguous(), "split 2": a.split(2)[1].contiguous(),
    "narrow": a.narrow(1, 1, 2).contiguous(), "tril": a.tril(), "triu": a.triu(1), "diag": a.diag(), "tile": row.tile(2),
    "movedim": batch.movedim(0, 2).contiguous(), "unbind 1": batch.unbind(1)[1].contiguous(),
    # Places
    "index_select": a.index_select(1, torch.tensor([3, 0])), "gather": a.gather(0, places), "scatter": a.scatter(0, places, b),
    "scatter_add": a.scatter_add(0, places, b[:2]), "take": a.take(torch.tensor([0, 5, 11])), "nonzero": mask.nonzero(),
    "sort values": a.sort(1, descending=True).values, "sort indices": a.sort(1).indices, "argsort": a.argsort(0),
    "topk values": a.topk(2, 1).values, "topk indices": a.topk(2, 1).indices, "bincount": torch.bincount(labels),
    "one_hot": F.one_hot(labels, 5), "index_add": a.index_add(0, torch.tensor([0, 2]), b[:2], alpha=2),
    "searchsorted": torch.searchsorted(torch.tensor([0.0, 0.5, 1.0]), positive), "histc": a.histc(5, -2, 2),
    # Products
    "matmul": a @ c, "matmul batch": batch @ c, "mv": a.mv(row), "dot": row.dot(row), "outer": torch.outer(row, row),
    "addmm": torch.addmm(torch.ones(2), a, c, beta=0.5, alpha=2), "bmm": batch.bmm(batch.transpose(1, 2)),
    "einsum": torch.einsum("bij,bkj->bik", batch, batch), "einsum trace": torch.einsum("ii", torch.outer(row, row)),
    # Creation
    "arange": torch.arange(5), "arange real": torch.arange(0.5, 2, 0.25), "linspace": torch.linspace(0, 1, 5), "eye": torch.eye(3),
    "full": torch.full((2, 2), 7), "full real": torch.full((2,), 1.5), "zeros_like": torch.zeros_like(i),
    # Networks
    "linear": F.linear(a, c.t(), torch.ones(2)), "conv2d": F.conv2d(image, kernel, torch.ones(4), stride=2, padding=1, groups=2),
    "conv2d same": F.conv2d(image, kernel, padding="same", groups=2), "max_pool2d": F.max_pool2d(image, 2),
    "avg_pool2d": F.avg_pool2d(image, 3, 2, 1), "adaptive_avg_pool2d": F.adaptive_avg_pool2d(image, (1, 2)),
    "batch_norm": F.batch_norm(image, None, None, training=True), "layer_norm": F.layer_norm(batch, (4,), row, row),
    "group_norm": F.group_norm(image, 2), "cross_entropy": F.cross_entropy(a, labels),
    "cross_entropy smoothed": F.cross_entropy(a, labels, label_smoothing=0.1, reduction="sum"),
    "nll_loss": F.nll_loss(a.log_softmax(1), labels, reduction="none"), "mse_loss": F.mse_loss(a, b),
    "l1_loss": F.l1_loss(a, b, reduction="sum"), "smooth_l1_loss": F.smooth_l1_loss(a, b, beta=0.5),
    "huber_loss": F.huber_loss(a, b), "bce_with_logits": F.binary_cross_entropy_with_logits(a, mask.float()),
    "embedding": F.embedding(places, table), "pixel_shuffle": F.pixel_shuffle(image, 2),
    "attention": F.scaled_dot_product_attention(batch, batch, batch, is_causal=True), "dropout off": F.dropout(a, 0.5, False),
}


def gradients(compute, *names):
    leaves = [inputs[name].clone().requires_grad_() for name in names]
    compute(*leaves).backward()
    return [fixture.tensor(leaf.grad) for leaf in leaves]


gradient_cases = {
    "a * b": gradients(lambda a, b: (a * b).sum(), "a", "b"),
    "broadcast": gradients(lambda a, row: ((a + row) ** 2).sum(), "a", "row"),
    "division": gradients(lambda a, p: (a / p).sum(), "a", "positive"),
    "matmul": gradients(lambda a, c: (a @ c).tanh().sum(), "a", "c"),
    "softmax": gradients(lambda a: (a.softmax(1) * b).sum(), "a"),
    "cross_entropy": gradients(lambda a: F.cross_entropy(a, labels), "a"),
    "conv2d": gradients(lambda x, k: F.conv2d(x, k, padding=1, groups=2).relu().sum(), "image", "kernel"),
    "max_pool2d": gradients(lambda x: (F.max_pool2d(x, 2) ** 2).sum(), "image"),
    "layer_norm": gradients(lambda x, w: (F.layer_norm(x, (4,), w) ** 3).sum(), "batch", "row"),
    "batch_norm": gradients(lambda x: (F.batch_norm(x, None, None, training=True) ** 3).sum(), "image"),
    "embedding": gradients(lambda t: (F.embedding(places, t) ** 2).sum(), "table"),
    "max": gradients(lambda a: a.max(1).values.sum(), "a"),
    "cumsum": gradients(lambda a: (a.cumsum(1) ** 2).sum(), "a"),
    "where": gradients(lambda a, b: (torch.where(mask, a, b) ** 2).sum(), "a", "b"),
    "gather": gradients(lambda a: (a.gather(0, places) ** 2).sum(), "a"),
    "std": gradients(lambda a: a.std(), "a"),
    "norm": gradients(lambda a: a.norm(), "a"),
    "attention": gradients(lambda q: (F.scaled_dot_product_attention(q, batch, batch) ** 2).sum(), "batch"),
    "sort": gradients(lambda a: (a.sort(1).values * b).sum(), "a"),
    "einsum": gradients(lambda x: (torch.einsum("bij,bkj->bik", x, x) ** 2).sum(), "batch"),
}

fixture.write("operations", {
    "inputs": {name: fixture.tensor(value) for name, value in inputs.items()},
    "results": {name: fixture.tensor(value) for name, value in results.items()},
    "gradients": gradient_cases,
})
