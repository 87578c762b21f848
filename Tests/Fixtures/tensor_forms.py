"""What PyTorch gives for the short forms of its Python interface: one dimension, types by name, properties, options."""

import torch

import fixture

# Small whole numbers and their halves, so that most results are exact.
x = torch.tensor([[[1.0, -2.0, 3.5], [0.0, 4.0, -1.5]], [[2.0, 2.0, -3.0], [5.5, -0.5, 1.0]]], dtype=torch.float64)
i = torch.tensor([[7, -7, 5], [-5, 9, -3]])
z = torch.tensor([[1 + 2j, 3 - 1j], [0 + 1j, -2 + 0j]], dtype=torch.complex128)
index = torch.tensor([[0, 1, 1], [1, 0, 1]])

results = {
    "sum": x.sum(dim=1), "sum keep": x.sum(dim=-1, keepdim=True), "sum dtype": x.sum(dim=0, dtype=torch.float32),
    "mean": x.mean(dim=1), "std": x.std(dim=2), "std biased": x.std(dim=2, unbiased=False),
    "std correction": x.std(dim=2, correction=0, keepdim=True), "var": x.var(dim=0), "amax": x.amax(dim=1),
    "amin": x.amin(dim=-1, keepdim=True), "norm": x.norm(dim=1), "norm 1": x.norm(p=1, dim=1, keepdim=True),
    "norm dims": x.norm(dim=(0, 2)), "logsumexp": x.logsumexp(dim=1), "nansum": x.nansum(dim=1),
    "nanmean": x.nanmean(dim=1), "std_mean 0": torch.std_mean(x, dim=1)[0], "std_mean 1": torch.std_mean(x, dim=1)[1],
    "var_mean": torch.var_mean(x, dim=1, correction=0)[0], "roll": x.roll(1, 2),
    "vector_norm": torch.linalg.vector_norm(x, ord=3, dim=1), "linalg.norm": torch.linalg.norm(x, dim=2),
    "fftshift": torch.fft.fftshift(x, dim=2), "fftn": torch.view_as_real(torch.fft.fftn(x, dim=1, norm="ortho")),
    "special.logsumexp": torch.special.logsumexp(x, dim=0), "flip": x.flip(0, 2),
    "T": i.T, "mT": x.mT, "mH": torch.view_as_real(z.mH.resolve_conj()), "H": torch.view_as_real(z.H.resolve_conj()),
    "float": x.float(), "double": i.double(), "half": x.half(), "bfloat16": x.bfloat16(), "int": x.int(),
    "long": x.long(), "short": x.short(), "char": x.char(), "byte": i.abs().byte(), "bool": x.bool(),
    "x ** 2": x ** 2, "2 ** x": 2 ** x, "|x| ** y": x.abs() ** x, "2 * x ** 2": 2 * x ** 2, "2 ** 2 ** (x / 4)": 2 ** 2 ** (x / 4),
    "-(x ** 2)": -x ** 2, "(-x) ** 2": (-x) ** 2,
    "div floor": i.div(2, rounding_mode="floor"), "div trunc": i.div(2, rounding_mode="trunc"),
    "scatter_reduce": torch.ones(2, 3, dtype=torch.int64).scatter_reduce(0, index, i, reduce="amax"),
    "meshgrid ij": torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")[0],
    "meshgrid xy": torch.meshgrid(torch.arange(2), torch.arange(3), indexing="xy")[0],
    "quantile": x.quantile(0.4, dim=2, interpolation="lower"),
    "searchsorted": torch.searchsorted(torch.tensor([1.0, 2, 2, 3]), torch.tensor([2.0]), side="right"),
    "lerp": x.lerp(x.flip(0), 0.25), "addcmul": x.addcmul(x, x, value=0.5),
    "addmm": x[0].addmm(x[1], torch.eye(3, dtype=torch.float64), beta=2),
}

# A layer that two others hold.
shared = torch.nn.Linear(1, 1)
inner = torch.nn.Sequential(shared, torch.nn.ReLU())
network = torch.nn.Sequential(inner, shared, torch.nn.Sequential(torch.nn.Tanh()))
order: list[str] = []
network.apply(lambda module: order.append(type(module).__name__))

fixture.write("tensor-forms", {
    "inputs": {"x": fixture.tensor(x), "i": fixture.tensor(i), "index": fixture.tensor(index)},
    "results": {name: fixture.tensor(value) for name, value in results.items()},
    "apply": order,
})
