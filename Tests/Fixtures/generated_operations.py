"""Calls of as many generated operations as can be called with small tensors, and what PyTorch answers.

Arguments are drawn at random from likely ones, by type and name, until an operation takes them and gives finite numbers;
operation_arguments.py has those that chance does not find. The operations are those of
Tests/TorchTests/Generated/OperationCalls.swift: one that is neither recorded nor among the exceptions is an error.

With a number as its argument, prints other calls on stdout, some of them with results of earlier ones: what the live
test asks for.
"""

import json
import math
import pathlib
import random
import re
import sys
import warnings

import torch

import fixture
from operation_arguments import fixed, unrecorded, unsettled

warnings.simplefilter("ignore")
torch.set_num_threads(1)

live_seed = int(sys.argv[1]) if len(sys.argv) > 1 else None
chance = random.Random(live_seed or 0)
torch.manual_seed(live_seed or 0)

# MARK: Tensors

square = torch.rand(3, 3) + 2 * torch.eye(3)
inputs = {
    "mixed": torch.rand(2, 3) * 1.8 - 0.9, "mixed2": torch.rand(2, 3) * 1.8 - 0.9, "positive": torch.rand(2, 3) * 0.8 + 0.1,
    "positive2": torch.rand(2, 3) * 0.8 + 0.1, "large": torch.rand(2, 3) * 3 + 1.1, "double": torch.rand(2, 3).double(),
    "row": torch.rand(3), "row2": torch.rand(3), "number": torch.tensor(0.75), "square": square, "square2": torch.rand(3, 3),
    "definite": square @ square.T, "lower": square.tril(), "batch": torch.rand(2, 3, 3), "batch2": torch.rand(2, 3, 3),
    "integers": torch.randint(1, 6, (2, 3)), "integers2": torch.randint(1, 4, (2, 3)), "bytes": torch.tensor([1, 2, 3], dtype=torch.uint8),
    "places": torch.tensor([[1, 0, 1], [0, 1, 0]]), "list": torch.tensor([1, 0]), "list3": torch.tensor([0, 2, 1]),
    "mask": torch.tensor([[True, False, True], [False, True, True]]),
    "sequence": torch.rand(2, 4, 6), "kernel1": torch.rand(4, 4, 3), "image": torch.rand(1, 4, 4, 4), "kernel2": torch.rand(4, 4, 3, 3),
    "volume": torch.rand(1, 2, 3, 3, 3), "kernel3": torch.rand(2, 2, 2, 2, 2), "bias4": torch.rand(4), "bias2": torch.rand(2),
    "starts": torch.tensor([0, 2]), "one": torch.tensor(1.0), "half": torch.tensor(0.5), "four": torch.rand(4) + 0.5,
    "steps": torch.rand(3, 2, 3), "rows": torch.rand(5, 3), "sizes": torch.tensor([2, 2, 1]), "state": torch.rand(1, 2, 2),
    "first": torch.rand(2, 3), "hidden": torch.rand(2, 2), "log_probs": torch.rand(5, 2, 4).log_softmax(2),
    "symbols": torch.tensor([[1, 2], [3, 1]]), "fives": torch.tensor([5, 4]), "twos": torch.tensor([2, 1]),
    "image_places": torch.arange(16).view(1, 1, 4, 4).repeat(1, 4, 1, 1) * 2, "signal": torch.rand(20),
    "window": torch.rand(8), "segments": torch.tensor([1, 3]),
    "lengths": torch.tensor([3, 2]),
    "cross": torch.rand(4, 3), "matrix": torch.rand(3, 2), "grid": torch.rand(2, 3, 3, 2) - 0.5, "pair": torch.rand(3, 4, 2),
}
reals = ["mixed", "positive", "large", "row", "number", "square", "batch", "double"]
for count, suffix in [(2, ""), (6, "3"), (8, "4")]:
    for name, shape in [("w_ih", (count, 3)), ("w_hh", (count, 2)), ("b_ih", (count,)), ("b_hh", (count,))]:
        inputs[name + suffix] = torch.rand(*shape) - 0.5
# For calls in operation_arguments.py alone.
lu, pivots = torch.linalg.lu_factor(square)
reflectors, tau = torch.geqrf(square)
ldl, ldl_pivots = torch.linalg.ldl_factor(inputs["definite"])
sparse_places = torch.tensor([[0, 1, 1], [2, 0, 1]])
inputs |= {
    "scale": torch.tensor(4.0), "tracker": torch.tensor(2, dtype=torch.int32), "six": torch.rand(6),
    "no_infinity": torch.tensor(0.0), "volume_places": torch.arange(27).view(1, 1, 3, 3, 3).repeat(1, 2, 1, 1, 1) * 2,
    "samples2": torch.rand(1, 4, 2), "samples3": torch.rand(1, 2, 3), "affine": torch.rand(2, 2, 3), "columns": torch.rand(1, 8, 4),
    "kernel_tbc": torch.rand(2, 3, 2), "lu": lu, "pivots": pivots, "reflectors": reflectors, "tau": tau, "ldl": ldl,
    "ldl_pivots": ldl_pivots, "deficient": torch.tensor([[1.0, 2.0], [2.0, 4.0]]), "tall": torch.rand(4, 2), "picture": torch.rand(2, 1, 4, 4),
    "edges4": torch.tensor([0.0, 0.3, 0.6, 1.0]), "edges3": torch.tensor([0.0, 0.5, 1.0]), "upper": square.triu(),
    "complex": torch.complex(inputs["mixed"], inputs["mixed2"]), "place": torch.tensor(1), "nine": torch.tensor(9),
    "spectrum": torch.stft(inputs["signal"], 8, 4, 8, inputs["window"], return_complex=True),
    "gains": torch.tensor([[0.5], [1.0], [2.0]]), "counts": torch.tensor([[3.0, 5.0, 2.0], [9.0, 1.0, 4.0]]), "leaf": torch.rand(2, 3).requires_grad_(),
    "sparse": torch.sparse_coo_tensor(sparse_places, torch.rand(3), (2, 3)).coalesce(),
    "sparse2": torch.sparse_coo_tensor(sparse_places.flip(1), torch.rand(3), (2, 3)).coalesce(),
    "sparse3": torch.sparse_coo_tensor(sparse_places, torch.rand(3), (3, 3)).coalesce(),
    "repeated": torch.sparse_coo_tensor(torch.tensor([[0, 1, 0], [2, 0, 2]]), torch.rand(3), (2, 3)),
}
families = [
    ["mixed", "mixed2", "row"], ["positive", "positive2", "number"], ["large", "positive"], ["double"],
    ["square", "square2", "definite", "lower"], ["batch", "batch2"], ["row", "row2"], ["integers", "integers2"],
    ["bytes"], ["mask"], ["sequence", "kernel1", "bias4"], ["image", "kernel2", "bias4"], ["volume", "kernel3", "bias2"],
    ["mixed", "matrix"], ["mixed", "row", "cross"], ["image", "grid"], ["definite", "matrix", "row"], ["pair"],
]
index_names = {"index", "indices", "target", "targets", "offsets", "repeats", "pivots", "LU_pivots"}

# MARK: Other arguments, by name or type

integer_lists = {
    "kernel_size": [[2], [3], [2, 2], [3, 3], [2, 2, 2]], "stride": [[1], [2], [1, 1], [2, 2], [3, 1]],
    "padding": [[0], [1], [1, 1], [0, 0], [1, 0, 1, 1], [0, 1, 1, 0, 0, 1]], "dilation": [[1], [1, 1]],
    "output_size": [[2], [3], [3, 3], [2, 3], [8, 8], [8]], "output_padding": [[0]], "normalized_shape": [[3], [3, 3], [6]],
    "size": [[2, 3], [3, 2], [6], [2, 2, 3], [1, 6], [2, 3, 3]], "shape": [[3, 2], [6], [-1]], "pad": [[1, 1], [0, 1]],
}
words = {
    "reduce": ["sum", "prod", "mean", "amax", "amin"], "mode": ["constant", "reflect", "replicate"], "UPLO": ["L", "U"],
    "indexing": ["ij", "xy"], "rounding_mode": ["floor", "trunc"], "norm": ["ortho", "forward"], "ord": ["fro", "nuc"],
    "approximate": ["tanh", "none"], "equation": ["ij,ij->i", "ij->ji", "ij,jk->ik"], "padding": ["same", "valid"],
    "interpolation": ["linear", "lower", "nearest"], "p": ["fro", "nuc"], "side": ["left", "right"],
}
# One word, so that the recorded calls stay as they are. In Swift a mode that PyTorch lacks cannot be written, though
# `stft` takes any while it does not pad.
words["pad_mode"] = ["reflect"]
def tensor(name: str, family: list[str]) -> str:
    if name in index_names and chance.random() < 0.8:
        return chance.choice(["places", "list", "list3", "integers2"])
    if "mask" in name or name == "condition":
        return "mask"
    return chance.choice(family) if chance.random() < 0.85 else chance.choice(reals)


def scalar() -> dict:
    return chance.choice([{"int": 2}, {"int": 1}, {"int": 3}, {"real": 0.5}, {"real": 1.5}, {"real": -0.25}])


def integers(name: str) -> list[int]:
    return chance.choice(integer_lists.get(name, [[0], [1], [0, 1], [1, 0], [-1], [2, 2], [1, 2], [1, 1]]))


def argument(kind: str, name: str, family: list[str]):
    """An argument as the fixture has it."""
    if kind.startswith("Optional["):
        return None if chance.random() < 0.5 else argument(kind[9:-1], name, family)
    if name == "reduction":
        # PyTorch computes something with other numbers, too, but only these have names.
        return {"int": min(max(chance.choice([0, 1, 1, 2, -1, 3]), 0), 2)}
    return {
        "Tensor": lambda: {"tensor": tensor(name, family)},
        "List[Tensor]": lambda: {"tensors": [tensor(name, family) for _ in range(2)]},
        "List[Optional[Tensor]]": lambda: {"tensors": [chance.choice([None, "list"]), "list"][chance.randint(0, 1):]},
        "number": scalar, "Scalar": scalar, "List[number]": lambda: {"scalars": [scalar(), scalar()]},
        "List[Scalar]": lambda: {"scalars": [scalar(), scalar()]},
        "int": lambda: {"int": chance.choice([0, 1, 1, 2, -1, 3])}, "SymInt": lambda: {"int": chance.choice([0, 1, 1, 2, -1, 3])},
        "List[int]": lambda: {"ints": integers(name)}, "List[SymInt]": lambda: {"ints": integers(name)},
        "float": lambda: {"real": chance.choice([0.5, 1.0, 0.1, 2.0])},
        "List[float]": lambda: {"reals": chance.choice([[2.0], [0.5, 1.5], [2.0, 2.0]])},
        "bool": lambda: {"bool": chance.random() < 0.5}, "str": lambda: {"string": chance.choice(words.get(name, ["none"]))},
        "ScalarType": lambda: {"dtype": chance.choice([6, 7])},
    }.get(kind, lambda: None)()


dtypes = {4: torch.int64, 5: torch.float16, 6: torch.float32, 7: torch.float64}


def value(given):
    """The argument that PyTorch gets; each tensor a copy, since the operation may write into it."""
    if given is None:
        return None
    ((kind, content),) = given.items()
    if kind == "tensor":
        return inputs[content].clone()
    if kind == "tensors":
        return [None if name is None else inputs[name].clone() for name in content]
    if kind == "scalars":
        return [value(each) for each in content]
    if kind == "seed":
        return torch.Generator().manual_seed(content)
    if kind == "memory_format":
        return {0: torch.contiguous_format, 2: torch.channels_last}[content]
    return dtypes[content] if kind == "dtype" else content


# MARK: Results


def written(item: torch.Tensor) -> dict:
    """The tensor as Tests/TorchTests/RecordedTensor.swift reads it: a complex number as two, a sparse tensor in parts."""
    if item.layout == torch.sparse_coo:
        parts = {"indices": fixture.tensor(item._indices()), "elements": fixture.tensor(item._values())}
        return {"dtype": dtype_name(item), "shape": list(item.shape), "isCoalesced": item.is_coalesced(), **parts}
    numbers = torch.view_as_real(item.resolve_conj()) if item.is_complex() else item
    flag = {"requiresGrad": True} if item.requires_grad and item.is_leaf else {}
    return {**fixture.tensor(numbers), "dtype": dtype_name(item), "shape": list(item.shape), **flag}


def dtype_name(item: torch.Tensor) -> str:
    return str(item.dtype).removeprefix("torch.")


def result(item, is_settled: bool) -> dict | None:
    """A result as the fixture has it, without its numbers if they are not settled; None for one that it cannot hold."""
    if isinstance(item, (bool, int)):
        item = torch.tensor(item)
    elif isinstance(item, float):
        item = torch.tensor(item, dtype=torch.float64)
    elif isinstance(item, torch.dtype):
        return None
    if not is_settled:
        return {"dtype": dtype_name(item), "shape": list(item.shape)}
    if item.layout not in (torch.strided, torch.sparse_coo) or item.numel() > 150:
        return None
    numbers = item._values() if item.is_sparse else item
    return written(item) if bool(torch.isfinite(numbers).all()) else None


def flattened(answer) -> list:
    if isinstance(answer, (list, tuple)):
        return [part for item in answer for part in flattened(item)]
    return [answer]


def call(name, operation, given):
    """The results of a call, or None if it cannot be recorded."""
    schema = operation._schema
    values = [value(each) for each in given]
    positional = [v for v, a in zip(values, schema.arguments) if not a.kwarg_only]
    named = {a.name: v for v, a in zip(values, schema.arguments) if a.kwarg_only}
    # As the test does before each call, so that random numbers can be compared.
    torch.manual_seed(0)
    answer = operation(*positional, **named)
    if not schema.returns:
        answer = next(v for v, a in zip(values, schema.arguments) if a.alias_info is not None and a.alias_info.is_write)
    places = unsettled.get(name, [])
    results = [result(item, place not in places) for place, item in enumerate(flattened(answer))]
    return None if not results or None in results else results


def drawn(schema, family):
    given = []
    for each in schema.arguments:
        kind = str(each.real_type)
        if each.has_default_value() and chance.random() < 0.6:
            default = each.default_value
            base = kind[9:-1] if kind.startswith("Optional[") else kind
            key = {"bool": "bool", "float": "real", "str": "string"}.get(base)
            if default is None or base in ("Device", "Layout", "Generator", "MemoryFormat", "ScalarType"):
                given.append(None if base != "bool" else {"bool": False})
            elif base in ("number", "Scalar"):
                given.append({"int" if isinstance(default, int) and not isinstance(default, bool) else "real": default})
            elif base.startswith("List["):
                given.append({"ints" if "nt]" in base else "reals": list(default)} if base != "List[Tensor]" else {"tensors": []})
            else:
                given.append({key or "int": default})
        else:
            given.append(argument(kind, each.name, family))
    return given


def keep(each: dict) -> None:
    """Makes the first result an argument of later calls."""
    first = each["results"][0]
    if first["dtype"] != "float32" or len(each["results"]) > 1 or "values" not in first:
        return
    if max(map(abs, first["values"]), default=9) > 8:
        return
    shape = torch.Size(first["shape"])
    alike = [family for family in families if inputs[family[0]].shape == shape and inputs[family[0]].dtype == torch.float32]
    if alike:
        each["name"] = f"result{len(inputs)}"
        inputs[each["name"]] = torch.tensor(first["values"]).view(shape)
        chance.choice(alike).append(each["name"])


def recorded(name: str) -> list[dict]:
    """A call of an operation, or none if no random arguments fit it."""
    # An operation's own, so that it is called as before when another one comes or goes.
    chance.seed(f"{live_seed} {name}")
    base, _, overload = name.partition(".")
    operation = getattr(getattr(torch.ops.aten, base), overload or "default")
    for attempt in range(1 if name in fixed else 250):
        family = families[attempt % len(families)] if attempt < 2 * len(families) else chance.choice(families)
        given = fixed[name] if name in fixed else drawn(operation._schema, family)
        try:
            results = call(name, operation, given)
            if results is None or results != call(name, operation, given):
                continue
        except (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError, OverflowError, AttributeError):
            continue
        # Swift leaves the layout to PyTorch.
        arguments = [each for each, known in zip(given, operation._schema.arguments) if known.name != "layout"]
        return [{"operation": name, "arguments": arguments, "results": results}]
    return []


source = pathlib.Path(__file__).parent / "../TorchTests/Generated/OperationCalls.swift"
names = re.search(r"operationNames: \[String\] = \[(.*?)\]", source.read_text(), re.S).group(1)
names = re.findall(r'"([^"]+)"', names)
if live_seed is not None:
    names = chance.sample([name for name in names if name not in unrecorded], 300)
contents = {"inputs": {name: written(item) for name, item in inputs.items()}}
calls = []
for name in names:
    for each in recorded(name):
        calls.append(each)
        if live_seed is not None:
            keep(each)
contents["calls"] = calls
if live_seed is None:
    missing = set(names) - {each["operation"] for each in calls}
    if missing != set(unrecorded):
        sys.exit(
            f"neither recorded nor excepted: {' '.join(sorted(missing - set(unrecorded)))}\n"
            f"excepted, but recorded or not there: {' '.join(sorted(set(unrecorded) - missing))}")
    fixture.write("generated-operations", contents | {"unrecorded": unrecorded})
    print(f"{len(calls)} calls of {len(names)} operations")
else:
    print(json.dumps(contents, allow_nan=False, separators=(",", ":")))
