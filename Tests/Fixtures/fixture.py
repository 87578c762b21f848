"""What the fixture scripts share: how a tensor is written, and where a file goes."""

import json
import pathlib

import torch


def tensor(value: torch.Tensor) -> dict:
    """The tensor as Tests/TestSupport/Fixture.swift reads it. Every float32 is a float64 exactly, and so are its bits."""
    return {
        "dtype": str(value.dtype).removeprefix("torch."),
        "shape": list(value.shape),
        "values": value.detach().to(torch.float64).flatten().tolist(),
    }


def write(name: str, contents) -> None:
    """Writes <name>.json beside this script. Numbers that JSON does not have (NaN, infinity) are an error."""
    path = pathlib.Path(__file__).with_name(f"{name}.json")
    path.write_text(json.dumps(contents, allow_nan=False, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
