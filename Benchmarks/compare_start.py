#!/usr/bin/env python3
"""From the start of a process to the end of its first training step, and of a process that does nothing.

Called by scripts/bench, which builds and installs what this runs. Each program runs in turn, several rounds; medians."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
OURS = str(ROOT / "Benchmarks/.build/release/Training")
PEER = [sys.executable, "-B", str(ROOT / "Benchmarks/Peers/train.py")]


def commands(workload: str) -> dict[str, list[str]]:
    return {
        "nothing, ours": [OURS, "--help"],
        "nothing, import torch": [sys.executable, "-B", "-c", "import torch"],
        "ours": [OURS, workload, "--steps", "1"],
        **{name: [*PEER, name, workload, "--first-step"] for name in ("pytorch", "helios", "lightning")},
    }


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench start", description=__doc__)
    parser.add_argument("--workload", default="mlp")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.rounds < 1:
        raise SystemExit("--rounds must be at least 1")

    times: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for name, command in commands(options.workload).items():
            times.setdefault(name, []).append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    if options.json:
        for name, value in medians.items():
            print(json.dumps({"program": name, "workload": options.workload, "seconds": round(value, 4)}))
        return
    print(f"Seconds from the start of the process to the end of the first step of {options.workload}.\n")
    print("| program | seconds | times ours |\n|---|---:|---:|")
    for name, value in medians.items():
        print(f"| {name} | {value:.3f} | {value / medians['ours']:.1f} |")


main()
