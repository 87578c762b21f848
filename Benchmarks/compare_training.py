#!/usr/bin/env python3
"""Runs the workloads with every framework in turn, several rounds, and prints medians and ratios.

Called by scripts/bench, which builds and installs what this runs."""

import argparse
import collections
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "Benchmarks" / ".build" / "release"
# With how many epochs each: the best one after the first counts.
WORKLOADS = {"mlp": 4, "digits": 6, "lenet": 4, "gpt": 3, "resnet18": 3}
FRAMEWORKS = ["ours", "floor", "pytorch", "compile", "helios", "lightning"]
# The step times of the others over ours that are wanted, and ours over the floor's.
WANTED = {
    "mlp": {"helios": 3.0, "pytorch": 2.8, "lightning": 6.0, "floor": 1.05},
    "lenet": {"helios": 1.6, "pytorch": 1.5, "lightning": 2.8, "floor": 1.05},
    "gpt": {"helios": 1.1, "pytorch": 1.05, "lightning": 1.15, "floor": 1.02},
    "resnet18": {"helios": 1.1, "pytorch": 1.05, "lightning": 1.1, "floor": 1.02},
}


def command(framework: str, workload: str, threads: int, epochs: int) -> list[str]:
    if framework == "ours":
        return [str(BUILD / "Training"), workload, "--threads", str(threads), "--epochs", str(epochs)]
    if framework == "floor":
        return [str(BUILD / "Floor"), workload, str(threads), str(epochs)]
    return [
        sys.executable, "-B", str(ROOT / "Benchmarks" / "Peers" / "train.py"), framework, workload,
        "--threads", str(threads), "--epochs", str(epochs)]


def environment() -> dict[str, str]:
    wheels = sorted((ROOT / ".libtorch").glob("wheel-*"))
    paths = [ROOT / "Benchmarks" / ".peers", *wheels]
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONNOUSERSITE": "1"}


def measure(framework: str, workload: str, threads: int, epochs: int) -> dict | None:
    """What one run printed, with the seconds of the whole program; None where it failed, which it says."""
    start = time.perf_counter()
    run = subprocess.run(
        command(framework, workload, threads, epochs), env=environment(), capture_output=True, text=True)
    seconds = time.perf_counter() - start
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if run.returncode != 0 or not lines:
        print(f"{framework} failed with {workload}: {run.stderr.strip()[-500:]}", file=sys.stderr)
        return None
    return json.loads(lines[-1]) | {"seconds": round(seconds, 2)}


def machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.processor()) if pathlib.Path("/proc/cpuinfo").exists() \
        else platform.processor()
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def table(results: dict, threads: int) -> str:
    """A Markdown table with medians in microseconds, and ratios to ours."""
    lines = [
        f"Microseconds a step, medians, {threads} thread{'s' if threads != 1 else ''}; in brackets how many times ours.",
        "", "| workload | " + " | ".join(results_frameworks(results)) + " |",
        "|---|" + "---|" * len(results_frameworks(results))]
    for workload, by_framework in results.items():
        ours = by_framework.get("ours", {}).get("us_per_step")
        cells = []
        for framework in results_frameworks(results):
            result = by_framework.get(framework)
            if result is None:
                cells.append("—")
            elif framework == "ours" or ours is None:
                cells.append(f"{result['us_per_step']:.0f}")
            else:
                cells.append(f"{result['us_per_step']:.0f} ({result['us_per_step'] / ours:.2f})")
        lines.append(f"| {workload} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def memory_table(results: dict) -> str:
    lines = ["Most memory of the process in MiB.", "", "| workload | " + " | ".join(results_frameworks(results)) + " |",
             "|---|" + "---|" * len(results_frameworks(results))]
    for workload, by_framework in results.items():
        cells = [str(by_framework[name]["rss_mb"]) if name in by_framework else "—"
                 for name in results_frameworks(results)]
        lines.append(f"| {workload} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def verdicts(results: dict) -> list[str]:
    lines = []
    for workload, by_framework in results.items():
        ours = by_framework.get("ours", {}).get("us_per_step")
        if ours is None:
            continue
        for framework, wanted in WANTED[workload].items():
            if framework not in by_framework:
                continue
            other = by_framework[framework]["us_per_step"]
            ratio, is_reached = (ours / other, ours / other <= wanted) if framework == "floor" \
                else (other / ours, other / ours >= wanted)
            sign = "≤" if framework == "floor" else "≥"
            lines.append(f"{workload} against {framework}: {ratio:.2f} ({sign} {wanted} wanted"
                         f"{'' if is_reached else ', NOT reached'})")
    return lines


def results_frameworks(results: dict) -> list[str]:
    present = {framework for by_framework in results.values() for framework in by_framework}
    return [framework for framework in FRAMEWORKS if framework in present]


def median(runs: list[dict]) -> dict:
    return runs[0] | {
        "us_per_step": round(statistics.median(run["us_per_step"] for run in runs), 1),
        "rss_mb": int(statistics.median(run["rss_mb"] for run in runs)),
        "seconds": round(statistics.median(run["seconds"] for run in runs), 2),
        "rounds": len(runs)}


def chosen(text: str | None, all_names: list[str], what: str) -> list[str]:
    names = text.split(",") if text else all_names
    for name in names:
        if name not in all_names:
            raise SystemExit(f"there is no {what} '{name}': choose from {', '.join(all_names)}")
    return names


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench train", description=__doc__)
    parser.add_argument("--workloads", help="separated by commas")
    parser.add_argument("--frameworks", help="separated by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.threads < 1 or arguments.epochs < 2:
        raise SystemExit("--rounds and --threads must be at least 1, --epochs at least 2")
    workloads = chosen(arguments.workloads, WORKLOADS, "workload")
    frameworks = chosen(arguments.frameworks, FRAMEWORKS, "framework")

    runs = collections.defaultdict(list)
    for round_number in range(arguments.rounds):
        for workload in workloads:
            for framework in frameworks:
                result = measure(framework, workload, arguments.threads, arguments.epochs)
                if result is not None:
                    runs[workload, framework].append(result)
                    print(f"round {round_number + 1}: {workload} {framework} {result['us_per_step']} µs",
                          file=sys.stderr)
    results: dict = {workload: {} for workload in workloads}
    for (workload, framework), measured in runs.items():
        results[workload][framework] = median(measured)

    if arguments.json:
        for by_framework in results.values():
            for result in by_framework.values():
                print(json.dumps(result))
    else:
        print(table(results, arguments.threads))
        print(memory_table(results))
        print("\n".join(verdicts(results)))
    if arguments.write:
        page = ROOT / "docs" / "performance.md"
        page.write_text(
            "# Performance\n\nWritten by `scripts/bench train --write`: the programs in turn, "
            f"{arguments.rounds} rounds, on {machine()}.\n\n{table(results, arguments.threads)}\n"
            f"{memory_table(results)}\n" + "".join(f"- {line}\n" for line in verdicts(results)))


if __name__ == "__main__":
    main()
