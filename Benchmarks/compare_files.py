"""Times of saving and loading as many bytes: plain writes, of a parameter at a time and in parts as the library's, this
library, and PyTorch, in turn; medians over the rounds.

Called by scripts/bench, which builds what this runs. The folder lies on the disk that is measured. Each round begins with
another one, since a disk may be fast only for the first gigabytes."""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
program = ROOT / "Benchmarks/.build/release/Checkpoints"
ONE_TENSOR = [("pth", "open"), ("safetensors", "open"), ("safetensors", "map")]
torch = [sys.executable, "-B", "-W", "ignore", str(ROOT / "Benchmarks/Peers/files.py")]


def seconds(command: list) -> float:
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def forget(path: pathlib.Path) -> None:
    """Lets the system drop the file's pages, so that they come from the disk."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench files", description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--size", default="1024", help="a number of MiB, or resnet18: the state of that network")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cached", action="store_true", help="do not load from the disk, only from the system's memory")
    options = parser.parse_args()

    kinds = {name: [str(program), name] for name in ("plain", "parts", "pth", "safetensors")} | {"torch": torch}
    times: dict[tuple, list] = {}
    for number in range(options.rounds):
        names = list(kinds)
        kinds = {name: kinds[name] for name in names[1:] + names[:1]} if number else kinds
        for name, command in kinds.items():
            path = options.folder / f"benchmark.{name}"
            path.unlink(missing_ok=True)
            os.sync()
            times.setdefault(("save", name), []).append(seconds([*command, "save", str(path), str(options.size)]))
        for cached in (True,) if options.cached else (True, False):
            for name, command in kinds.items():
                path = options.folder / f"benchmark.{name}"
                if not cached:
                    forget(path)
                key = "load" if cached else "load from the disk"
                times.setdefault((key, name), []).append(seconds([*command, "load", str(path)]))
        # One tensor of 16 MiB, which a network may not have.
        for name, action in ONE_TENSOR if options.size.isdecimal() else []:
            path = options.folder / f"benchmark.{name}"
            forget(path)
            times.setdefault((action, name), []).append(seconds([str(program), name, action, str(path)]))
    mebibytes = (options.folder / "benchmark.pth").stat().st_size / 2**20
    for name in kinds:
        (options.folder / f"benchmark.{name}").unlink()
    for (action, name), values in times.items():
        median = statistics.median(values)
        rates = "" if action in ("open", "map") else f"  {mebibytes / median:7.0f} MiB/s"
        print(f"{action:20} {name:12} {median:8.4f} s  ({min(values):.4f} to {max(values):.4f}){rates}")


main()
