"""A saved value as one line of text: what the Swift tests of TorchSerialization write of theirs and compare.

Run as a program, it loads each file that it is given, as data and in two ways, and prints one line for each.
"""

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
            return str(value)
        if isinstance(value, float):
            return f"f{struct.unpack('<Q', struct.pack('<d', value))[0]:x}"
        if isinstance(value, str):
            return f"'{value}'{len(value.encode())}"
        if isinstance(value, torch.Tensor):
            return self.tensor(value.detach())
        if isinstance(value, list):
            return "[" + ", ".join(self.text(element) for element in value) + "]"
        if isinstance(value, tuple):  # torch.Size too
            return "(" + ", ".join(self.text(element) for element in value) + ")"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.text(key)}: {self.text(element)}" for key, element in value.items()) + "}"
        if isinstance(value, (torch.dtype, torch.device)):
            return self.text(str(value))
        raise TypeError(f"no text for a {type(value)}")

    def tensor(self, value: torch.Tensor) -> str:
        storage = self.storages.setdefault(value.untyped_storage()._cdata, len(self.storages))
        plain = value.resolve_conj().resolve_neg().contiguous().flatten()
        size = value.element_size()
        data = plain.view(torch.uint8).tolist() if plain.numel() else []
        dtype = str(value.dtype).removeprefix("torch.")
        shape, strides = list(value.shape), list(value.stride())
        place = f"{storage}+{value.storage_offset()}"
        return f"{dtype}{shape}/{strides}@{place}={bytes(data).hex()}" + ("" if len(data) == size * plain.numel() else "?")


if __name__ == "__main__":
    for path in sys.argv[1:]:
        texts = [
            Describer().text(torch.load(path, weights_only=True, mmap=mmap)) for mmap in (False, True)
        ]
        print(texts[0] if texts[0] == texts[1] else f"differs when mapped: {texts}")
