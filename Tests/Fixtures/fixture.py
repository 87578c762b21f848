"""What the fixture scripts share: how a tensor is written, and where a file goes.

A script that is run with `--live <folder>` writes its files there instead of beside itself: the tests compare with these to
the bit, since they come from the machine that the tests run on.
"""

import json
import pathlib
import sys

import torch


def tensor(value: torch.Tensor) -> dict:
    """The tensor as Tests/TestSupport/Fixture.swift reads it. Every float32 is a float64 exactly, and so are its bits."""
    return {
        "dtype": str(value.dtype).removeprefix("torch."),
        "shape": list(value.shape),
        "values": value.detach().to(torch.float64).flatten().tolist(),
    }


def live_folder() -> pathlib.Path | None:
    return pathlib.Path(sys.argv[2]) if sys.argv[1:2] == ["--live"] else None


def write(name: str, contents) -> None:
    """Writes <name>.json beside this script, or where `--live` says. Numbers that JSON does not have (NaN, infinity) are an
    error."""
    path = (live_folder() or pathlib.Path(__file__).parent) / f"{name}.json"
    path.write_text(json.dumps(contents, allow_nan=False, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
