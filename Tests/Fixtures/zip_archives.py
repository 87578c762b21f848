"""Whether Python's zipfile and libtorch's own reader find each archive that they are given good: one line for each."""

import sys
import zipfile

import torch

for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as archive:
        bad = archive.testzip()
    reader = torch._C.PyTorchFileReader(path)
    places = [reader.get_record_offset(name) % 64 for name in reader.get_all_records()]
    print("good" if bad is None and not any(places) else f"bad: {bad} {places}")
