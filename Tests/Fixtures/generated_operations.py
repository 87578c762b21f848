"""Calls of as many generated operations as can be called with small tensors, and what PyTorch answers.

Arguments are drawn at random from likely ones, by type and name, until an operation takes them and gives finite numbers.
The operations are those of Tests/TorchTests/Generated/OperationCalls.swift.

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
T, L, N = (lambda name: {"tensor": name}), (lambda *names: {"tensors": list(names)}), {"int": 1}
YES, NO, HALF = {"bool": True}, {"bool": False}, {"real": 0.5}
adam = [L("mixed", "row"), L("mixed2", "row2"), L("positive", "row"), L("positive2", "row2"), L(), L("one", "one")]
layer = [L("w_ih", "w_hh", "b_ih", "b_hh"), YES, N, {"real": 0.0}, NO, NO]
gates3, gates4 = [[L("w_ih" + n, "w_hh" + n, "b_ih" + n, "b_hh" + n), *layer[1:]] for n in "34"]
# Arguments that chance does not find, or where others end the process: PyTorch takes them on trust.
fixed = {
    "batch_norm_update_stats": [T("image"), T("bias4"), T("four"), HALF],
    "native_batch_norm": [T("image"), T("bias4"), T("four"), None, None, YES, HALF, HALF],
    "native_group_norm": [T("image"), None, None, N, {"int": 4}, {"int": 16}, {"int": 2}, HALF],
    "embedding_bag": [T("cross"), T("list3"), T("starts"), NO, {"int": 0}, NO, None, NO],
    "embedding_bag.padding_idx": [T("cross"), T("list3"), T("starts"), NO, {"int": 1}, NO, None, NO, {"int": 1}],
    "_fused_adam_": [*adam, *[HALF] * 5, NO, NO, None, None],
    "_fused_adam_.tensor_lr": [*adam, T("half"), *[HALF] * 4, NO, NO, None, None],
    "_fused_adamw_": [*adam, *[HALF] * 5, NO, YES, None, None],
    "_fused_adamw_.tensor_lr": [*adam, T("half"), *[HALF] * 4, NO, NO, None, None],
    "_fused_adagrad_": [*adam[:3], adam[5], *[HALF] * 4, NO, None, None],
    "_fused_adagrad_.tensor_lr": [*adam[:3], adam[5], T("half"), *[HALF] * 3, NO, None, None],
    "_fused_sgd_": [*adam[:3], *[HALF] * 4, NO, NO, NO, None, None],
    "_fused_sgd_.tensor_lr": [*adam[:3], HALF, HALF, T("half"), HALF, NO, NO, NO, None, None],
    "rnn_tanh.input": [T("steps"), T("state"), *layer, NO], "rnn_relu.input": [T("steps"), T("state"), *layer, NO],
    "rnn_tanh.data": [T("rows"), T("sizes"), T("state"), *layer], "rnn_relu.data": [T("rows"), T("sizes"), T("state"), *layer],
    "gru.input": [T("steps"), T("state"), *gates3, NO], "gru.data": [T("rows"), T("sizes"), T("state"), *gates3],
    "lstm.input": [T("steps"), L("state", "state"), *gates4, NO],
    "lstm.data": [T("rows"), T("sizes"), L("state", "state"), *gates4],
    "rnn_tanh_cell": [T("first"), T("hidden"), T("w_ih"), T("w_hh"), T("b_ih"), T("b_hh")],
    "rnn_relu_cell": [T("first"), T("hidden"), T("w_ih"), T("w_hh"), T("b_ih"), None],
    "gru_cell": [T("first"), T("hidden"), T("w_ih3"), T("w_hh3"), T("b_ih3"), T("b_hh3")],
    "lstm_cell": [T("first"), L("hidden", "hidden"), T("w_ih4"), T("w_hh4"), T("b_ih4"), T("b_hh4")],
    "ctc_loss.IntList": [T("log_probs"), T("symbols"), {"ints": [5, 4]}, {"ints": [2, 1]}, {"int": 0}, N, NO],
    "ctc_loss.Tensor": [T("log_probs"), T("symbols"), T("fives"), T("twos"), {"int": 0}, N, NO],
    "_pack_padded_sequence": [T("steps"), T("lengths"), NO],
    "_pad_packed_sequence": [T("rows"), T("sizes"), YES, {"real": 0.5}, {"int": 3}],
    "bilinear": [T("positive"), T("mixed"), T("batch"), T("bias2")],
    "max_unpool2d": [T("image"), T("image_places"), {"ints": [8, 4]}],
    "prelu": [T("image"), T("bias4")], "instance_norm": [T("image"), None, None, None, None, YES, HALF, HALF, NO],
    "batch_norm": [T("image"), T("bias4"), T("four"), T("bias4"), T("four"), NO, HALF, HALF, NO],
    "cosine_embedding_loss": [T("mixed"), T("mixed2"), T("list"), HALF, N],
    "stft": [T("signal"), {"int": 8}, {"int": 4}, {"int": 8}, T("window"), NO, YES, YES, None],
    "scaled_dot_product_attention": [T("sequence"), T("sequence"), T("sequence"), None, {"real": 0.0}, YES, None, NO],
    "nll_loss": [T("mixed"), T("list"), T("row"), {"int": 2}, {"int": -100}],
    "nll_loss_nd": [T("mixed"), T("list"), None, N, {"int": -100}],
    "cross_entropy_loss": [T("mixed"), T("list"), T("row"), N, {"int": -100}, HALF],
    "upsample_bilinear2d.vec": [T("image"), None, NO, {"reals": [2.0, 0.5]}],
    "segment_reduce": [T("cross"), {"string": "mean"}, T("segments"), None, None, {"int": 0}, NO, None],
    "pad_sequence": [L("cross", "square"), YES, HALF, {"string": "right"}],
}
# The order or the sign of a result may be another one elsewhere, a result may be at random or as it was in memory.
unsettled = re.compile(
    r"svd$|eig$|eigvals$|eigh$|qr|geqrf|ldl|lstsq|empty|resize|dropout|rrelu|^set_|pin|from_file|is_distributed|output_nr"
    r"|matrix_rank|bernoulli|geometric|poisson|random|_amp_|hash_tensor|record_stream|unsafe|^to$|cuda")


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


dtypes = {6: torch.float32, 7: torch.float64}


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
    return dtypes[content] if kind == "dtype" else content


# MARK: Results


def result(item) -> dict | None:
    """A result as the fixture has it; None for one that it cannot hold."""
    if isinstance(item, bool):
        item = torch.tensor(item)
    elif isinstance(item, int):
        item = torch.tensor(item)
    elif isinstance(item, float):
        item = torch.tensor(item, dtype=torch.float64)
    elif isinstance(item, torch.dtype):
        return None
    if item.layout != torch.strided or item.numel() > 150:
        return None
    if item.is_complex():
        item = torch.view_as_real(item.resolve_conj())
    if str(item.dtype).removeprefix("torch.") not in ("float32", "float64", "int64", "int32", "uint8", "bool"):
        return None
    return fixture.tensor(item) if bool(torch.isfinite(item).all()) else None


def flattened(answer) -> list:
    if isinstance(answer, (list, tuple)):
        return [part for item in answer for part in flattened(item)]
    return [answer]


def call(operation, schema, given):
    """The results of a call, or None where it cannot be recorded."""
    values = [value(each) for each in given]
    positional = [v for v, a in zip(values, schema.arguments) if not a.kwarg_only]
    named = {a.name: v for v, a in zip(values, schema.arguments) if a.kwarg_only}
    answer = operation(*positional, **named)
    if not schema.returns:
        answer = next(v for v, a in zip(values, schema.arguments) if a.alias_info is not None and a.alias_info.is_write)
    results = [result(item) for item in flattened(answer)]
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
    if first["dtype"] != "float32" or len(each["results"]) > 1 or max(map(abs, first["values"]), default=9) > 8:
        return
    shape = torch.Size(first["shape"])
    alike = [family for family in families if inputs[family[0]].shape == shape and inputs[family[0]].dtype == torch.float32]
    if alike:
        each["name"] = f"result{len(inputs)}"
        inputs[each["name"]] = torch.tensor(first["values"]).view(shape)
        chance.choice(alike).append(each["name"])


def recorded(name: str) -> list[dict]:
    """A call of an operation, or none where chance finds no arguments for it."""
    base, _, overload = name.partition(".")
    operation = getattr(getattr(torch.ops.aten, base), overload or "default")
    schema = operation._schema
    is_random = torch.Tag.nondeterministic_seeded in operation.tags and name not in fixed
    if is_random or any(str(a.real_type) == "MemoryFormat" for a in schema.arguments):
        return []
    for attempt in range(1 if name in fixed else 250):
        given = fixed[name] if name in fixed else drawn(schema, families[attempt % len(families)] if attempt < 2 * len(families) else chance.choice(families))
        try:
            results = call(operation, schema, given)
            if results is None or results != call(operation, schema, given):
                continue
        except (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError, OverflowError, AttributeError):
            continue
        return [{"operation": name, "arguments": given, "results": results}]
    return []


source = pathlib.Path(__file__).parent / "../TorchTests/Generated/OperationCalls.swift"
names = re.search(r"operationNames: \[String\] = \[(.*?)\]", source.read_text(), re.S).group(1)
names = [name for name in re.findall(r'"([^"]+)"', names) if not unsettled.search(name.partition(".")[0])]
if live_seed is not None:
    names = chance.sample(names, 300)
contents = {"inputs": {name: fixture.tensor(item) for name, item in inputs.items()}}
calls = []
for name in names:
    for each in recorded(name):
        calls.append(each)
        if live_seed is not None:
            keep(each)
contents["calls"] = calls
if live_seed is None:
    fixture.write("generated-operations", contents)
    missing = sorted(set(names) - {each["operation"] for each in calls})
    print(f"{len(calls)} calls of {len(names)} operations; none of: {' '.join(missing)}")
else:
    print(json.dumps(contents, allow_nan=False, separators=(",", ":")))
