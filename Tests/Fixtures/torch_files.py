"""Files of torch.save for the tests of TorchSerialization, and torch-files.json with what each of them holds."""

import collections
import os
import pathlib
import zipfile

import torch
from torch import nn

import fixture
from state_text import Describer

folder = pathlib.Path(__file__).with_name("torch-files")
texts = {}


def save(name: str, value, holds_data: bool = True, text=None, **options) -> None:
    path = folder / f"{name}.pth"
    torch.save(value, path, **options)
    if holds_data:
        texts[name] = Describer().text(value if text is None else text)


def module() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 3))


def optimizer_state(make) -> dict:
    network = nn.Linear(2, 3)
    optimizer = make(network.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        network(torch.randn(4, 2)).square().sum().backward()
        optimizer.step()
    return optimizer.state_dict()


dtypes = [
    torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64,
    torch.complex32, torch.complex64, torch.complex128, torch.bfloat16, torch.float8_e5m2, torch.float8_e4m3fn,
    torch.float8_e5m2fnuz, torch.float8_e4m3fnuz, torch.float8_e8m0fnu, torch.uint16, torch.uint32, torch.uint64,
]  # fmt: skip


def tensor_of(dtype: torch.dtype) -> torch.Tensor:
    return torch.randint(0, 256, (2 * dtype.itemsize,), dtype=torch.uint8).view(dtype)


def with_attributes() -> collections.OrderedDict:
    ordered = collections.OrderedDict([("a", 1)])
    ordered._metadata = collections.OrderedDict([("", {"version": 1})])
    return ordered


plain = {
    "none": None,
    "booleans": [True, False],
    "integers": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, -(2**63), 128, -129],
    "floats": [0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), 5e-324, 1.7976931348623157e308],
    "strings": ["", "plain", "h\u00e9", "e\u0301", "\U0001f600", "a\x00b", "x" * 300],
    "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
    "empty": [[], {}, collections.OrderedDict()],
    "named": collections.OrderedDict([("b", 1), ("a", 2)]),
    7: {-1: [{}]},
    "size": torch.Size([2, 3]),
    "types": [torch.float32, torch.float8_e4m3fn, torch.int64],
    "devices": [torch.device("cpu"), torch.device("cuda", 1), torch.device("meta")],
    "large integers": [2**63, -(2**63) - 1, 2**64, 2**127 - 1, -(2**128), 255 << 200, 2**2000],
    "bytes": [b"", b"bytes", bytes(range(256)), bytearray(), bytearray(b"\x00\xff")],
    "sets": [set(), {1, "a", None, (1, 2), b"b"}, frozenset(), frozenset({2.5})],
    "complex numbers": [1j, complex(-0.0, float("inf"))],
    "keys": {None: 1, True: 2, 2.5: 3, (1, ("a", None)): 4, b"b": 5, torch.float32: 6, 2**70: 7},
    "counter": collections.Counter("aab"),
    "default": collections.defaultdict(list, {"a": [1]}),
    "ordered with attributes": with_attributes(),
    "paths": [pathlib.PurePosixPath("/runs/a b/c"), pathlib.PurePosixPath("a"), pathlib.PurePosixPath(),
              pathlib.PureWindowsPath("C:\\runs\\a"), pathlib.PureWindowsPath("a/b")],
}  # fmt: skip


def sparse() -> dict:
    matrix = torch.tensor([[0.0, 1, 0, 0], [2, 0, 0, 3], [0, 0, 0, 0], [0, 0, 4, 0]])
    repeated = torch.sparse_coo_tensor(torch.tensor([[1, 0, 1]]), torch.tensor([1, 2, 3]), (3,))
    return {
        "coordinates": matrix.to_sparse(),
        "repeated": repeated,
        "coalesced": repeated.coalesce(),
        "hybrid": torch.arange(12.0).view(3, 2, 2).to_sparse(1),
        "empty": torch.sparse_coo_tensor((2, 3)),
        "rows": matrix.to_sparse_csr(),
        "columns": matrix.to_sparse_csc(),
        "row blocks": matrix.to_sparse_bsr((2, 2)),
        "column blocks": matrix.to_sparse_bsc((2, 2)),
        "batch": torch.stack([matrix, matrix.T]).to_sparse_csr(),
        "small indices": torch.sparse_csr_tensor(
            torch.tensor([0, 1, 1], dtype=torch.int32), torch.tensor([2], dtype=torch.int32), torch.ones(1), (2, 3)),
        "half": matrix.to(torch.bfloat16).to_sparse(),
        "parameter": nn.Parameter(matrix.to_sparse()),
    }  # fmt: skip


def with_attribute() -> torch.Tensor:
    value = torch.arange(3.0)
    value.note = "an attribute"
    return value


def shared() -> dict:
    base = torch.arange(12.0)
    numbers = torch.arange(8, dtype=torch.float32).view(torch.complex64)
    return {
        "base": base,
        "again": base,
        "part": base[3:7],
        "every second": base[1::2],
        "transposed": base.view(3, 4).T,
        "repeated": base[2:3].expand(5),
        "own": torch.arange(3),
        "complex": numbers,
        "conjugate": numbers.conj(),
        "imaginary": torch.ones(2, dtype=torch.complex64).conj().imag,
        "channels last": torch.arange(24.0).view(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
    }


def turn_bytes(source: str, name: str, tensors: dict) -> None:
    """Writes the records as a machine would whose numbers begin with the highest byte."""
    sizes = {}
    for tensor in tensors.values():
        sizes[tensor.untyped_storage()._cdata] = tensor.dtype.itemsize // (2 if tensor.dtype.is_complex else 1)
    sizes = list(sizes.values())
    with zipfile.ZipFile(folder / f"{source}.pth") as original, zipfile.ZipFile(folder / f"{name}.pth", "w") as copy:
        for record in original.namelist():
            contents = original.read(record)
            if record.endswith("/byteorder"):
                contents = b"big"
            elif "/data/" in record:
                size = sizes[int(record.rsplit("/")[-1])]
                contents = b"".join(contents[i:i + size][::-1] for i in range(0, len(contents), size))
            copy.writestr(zipfile.ZipInfo(record), contents)


def old_format(name: str, value) -> None:
    save(name, value, _use_new_zipfile_serialization=False)


class Python2Dictionary:
    """An ordered dictionary as Python 2 wrote it, with its items in a list."""

    def __reduce__(self):
        return collections.OrderedDict, ([["b", 1], ["a", torch.ones(2)]],)


class FirstTensor:
    """A tensor as PyTorch wrote it before 0.4."""

    def __reduce__(self):
        storage = torch.arange(6.0)._typed_storage()
        return torch._utils._rebuild_tensor, (storage, 1, (2, 2), (2, 1))


def pack_again(source: str, name: str, method: int) -> None:
    """Writes the records as another program would: at odd places, and with a comment."""
    with zipfile.ZipFile(folder / f"{source}.pth") as original, zipfile.ZipFile(folder / f"{name}.pth", "w") as copy:
        for record in original.namelist():
            copy.writestr(zipfile.ZipInfo(record), original.read(record), method)
        copy.comment = b"packed again"


class Attack:
    """What Python calls when it opens the file."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Plain:
    pass


def main() -> None:
    torch.manual_seed(0)
    folder.mkdir(exist_ok=True)
    save("module", module().state_dict())
    save("adamw", optimizer_state(lambda parameters: torch.optim.AdamW(parameters, lr=0.01)))
    save("sgd", optimizer_state(lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9)))
    # Which has a collections.Counter.
    multistep = torch.optim.lr_scheduler.MultiStepLR(torch.optim.SGD([torch.ones(1)]), [3, 3, 7])
    save("multistep", multistep.state_dict())
    save("plain", plain)
    for protocol in (3, 4, 5):
        save(f"protocol-{protocol}", {**plain, "tensor": torch.ones(2), "state": module().state_dict()},
             pickle_protocol=protocol)  # fmt: skip
    save("shared", shared())
    old_format("old", {**plain, "state": module().state_dict(), "float8": torch.ones(3).to(torch.float8_e5m2)})
    old_format("old-shared", shared())
    old_format("old-dtypes", {str(dtype): tensor_of(dtype) for dtype in dtypes})
    old_format("old-sparse", sparse())
    save("sparse", sparse())
    save("with-attribute", [with_attribute(), nn.Parameter(with_attribute())])
    save("first-tensor", FirstTensor(), text=torch.arange(6.0)[1:5].view(2, 2))
    save("python-2", Python2Dictionary(), text=collections.OrderedDict([("b", 1), ("a", torch.ones(2))]))
    numbers = {str(dtype): tensor_of(dtype) for dtype in dtypes}
    save("little-endian", numbers)
    turn_bytes("little-endian", "big-endian", numbers)
    texts["big-endian"] = texts["little-endian"]
    save("dtypes", {str(dtype): tensor_of(dtype) for dtype in dtypes} | {"torch.bool": torch.tensor([True, False])})
    save("parameters", module().state_dict(keep_vars=True) | {"wants": torch.ones(2, requires_grad=True)})
    save("shapes", [torch.tensor(3), torch.zeros(0), torch.zeros(2, 0, 3), torch.zeros(1, 1, 1)])
    save("one-tensor", torch.arange(4, dtype=torch.int16))

    torch.serialization.set_crc32_options(False)
    save("no-checksums", torch.arange(4))
    torch.serialization.set_crc32_options(True)
    pack_again("one-tensor", "packed-again", zipfile.ZIP_STORED)
    texts["packed-again"] = texts["one-tensor"]
    pack_again("one-tensor", "compressed", zipfile.ZIP_DEFLATED)

    numbers = torch.ones(2)
    refused = {
        "os-system": Attack(os.system, "echo attacked"),
        "eval": Attack(eval, "print('attacked')"),
        "getattr": Attack(getattr, Attack(__import__, "os"), "name"),
        "import": Attack(__import__, "os"),
        "object": Plain(),
        "whole-module": nn.Linear(1, 1),
        "storage-alone": numbers.untyped_storage(),
        "set-key": {frozenset({1}): 3},
        "range": range(3),
        "layout": torch.strided,
        "equal-keys": {"\u00e9": 1, "e\u0301": 2},
        "half-a-character": "\ud800",
        "quantized": torch.quantize_per_tensor(numbers, 0.1, 0, torch.quint8),
    }
    for name, value in refused.items():
        save(name, value, holds_data=False)
    save("eval-4", Attack(eval, "print('attacked')"), holds_data=False, pickle_protocol=4)
    cycle = []
    cycle.append(cycle)
    save("cycle", cycle, holds_data=False)
    fixture.write("torch-files", texts)


main()
