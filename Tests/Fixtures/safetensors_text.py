"""What the reference implementation of safetensors makes of files: one line for each, its metadata and its tensors.

An index of several files is followed as Hugging Face's libraries do it. Prints `missing` where safetensors is not installed
and HELIOS_SAFETENSORS does not name its folder.
"""

import json
import os
import pathlib
import sys

sys.path += filter(None, [os.environ.get("HELIOS_SAFETENSORS")])

try:
    from safetensors import safe_open
    from safetensors.torch import load_file
except ImportError:
    print("missing")
    sys.exit()

from state_text import Describer


def metadata(path: pathlib.Path) -> dict:
    with safe_open(path, framework="pt") as file:
        return dict(sorted((file.metadata() or {}).items()))


for path in map(pathlib.Path, sys.argv[1:]):
    if path.suffix == ".json":
        map_ = json.loads(path.read_text())["weight_map"]
        files = {file: load_file(path.with_name(file)) for file in map_.values()}
        texts, tensors = metadata(path.with_name(next(iter(map_.values())))), {n: files[f][n] for n, f in map_.items()}
    else:
        texts, tensors = metadata(path), load_file(path)
    describer = Describer()
    print(f"{describer.text(texts)} {describer.text(tensors)}")
