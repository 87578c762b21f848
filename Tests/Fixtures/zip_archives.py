"""Whether Python's zipfile and libtorch's own reader find an archive good, and what PyTorch loads of it, mapped: one line for
each archive."""

import sys
import zipfile

import torch

from state_text import Describer

for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as archive:
        bad = archive.testzip()
    reader = torch._C.PyTorchFileReader(path)
    places = [reader.get_record_offset(name) % 64 for name in reader.get_all_records()]
    text = Describer().text(torch.load(path, weights_only=True, mmap=True))
    print(f"good: {text}" if bad is None and not any(places) else f"bad: {bad} {places}")
