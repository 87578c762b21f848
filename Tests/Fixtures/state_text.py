"""A saved value as one line of text: what the Swift tests of TorchSerialization write of theirs and compare.

Run as a program, it loads each file that it is given, as data and in two ways, and prints one line for each.
"""

import collections
import pathlib
import struct
import sys

import torch


class Describer:
    """Numbers the storages as they come, so that the text tells which tensors share memory."""

    def __init__(self):
        self.storages = {}

    def text(self, value) -> str:
        if value is None:
            return "none"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int):
            return str(value) if -(2**63) <= value < 2**63 else hex(value)
        if isinstance(value, float):
            return f"f{struct.unpack('<Q', struct.pack('<d', value))[0]:x}"
        if isinstance(value, complex):
            return f"{self.text(value.real)}+{self.text(value.imag)}j"
        if isinstance(value, (bytes, bytearray)):
            return "b" + value.hex()
        if isinstance(value, str):
            return f"'{value}'{len(value.encode())}"
        if isinstance(value, torch.Tensor):
            return self.tensor(value.detach())
        if isinstance(value, list):
            return "[" + ", ".join(self.text(element) for element in value) + "]"
        if isinstance(value, torch.Size):
            return f"size{list(value)}"
        if isinstance(value, (set, frozenset)):
            return "set[" + ", ".join(sorted(self.text(element) for element in value)) + "]"
        if isinstance(value, tuple):
            return "(" + ", ".join(self.text(element) for element in value) + ")"
        if isinstance(value, dict):
            return self.kind(value) + "{" + ", ".join(f"{self.text(key)}: {self.text(element)}" for key, element in value.items()) + "}" + self.attributes(value)
        if isinstance(value, torch.dtype):
            return str(value)
        if isinstance(value, torch.device):
            return f"device {value}"
        if isinstance(value, pathlib.PurePath):
            return self.text(str(value))
        raise TypeError(f"no text for a {type(value)}")

    def kind(self, value: dict) -> str:
        names = {collections.OrderedDict: "ordered", collections.Counter: "counter"}
        return names.get(type(value), "")

    def attributes(self, value: dict) -> str:
        return self.text(value.__dict__) if type(value) is collections.OrderedDict and value.__dict__ else ""

    def tensor(self, value: torch.Tensor) -> str:
        if value.layout != torch.strided:
            return self.sparse_tensor(value)
        storage = self.storages.setdefault(value.untyped_storage()._cdata, len(self.storages))
        plain = value.resolve_conj().resolve_neg().contiguous().flatten()
        size = value.element_size()
        data = plain.view(torch.uint8).tolist() if plain.numel() else []
        dtype = str(value.dtype).removeprefix("torch.")
        shape, strides = list(value.shape), list(value.stride())
        place = f"{storage}+{value.storage_offset()}"
        return f"{dtype}{shape}/{strides}@{place}={bytes(data).hex()}" + ("" if len(data) == size * plain.numel() else "?")

    def sparse_tensor(self, value: torch.Tensor) -> str:
        coalesced = ""
        if value.layout == torch.sparse_coo:
            parts = [value._indices(), value._values()]
            coalesced = " coalesced" if value.is_coalesced() else " uncoalesced"
        elif value.layout in (torch.sparse_csr, torch.sparse_bsr):
            parts = [value.crow_indices(), value.col_indices(), value.values()]
        else:
            parts = [value.ccol_indices(), value.row_indices(), value.values()]
        texts = ", ".join(self.tensor(part) for part in parts)
        return f"{value.layout}{list(value.shape)}({texts}){coalesced}"


if __name__ == "__main__":
    for path in sys.argv[1:]:
        texts = [
            Describer().text(torch.load(path, weights_only=True, mmap=mmap)) for mmap in (False, True)
        ]
        print(texts[0] if texts[0] == texts[1] else f"differs when mapped: {texts}")
