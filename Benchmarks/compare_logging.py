#!/usr/bin/env python3
"""How much slower a training step is that logs ten numbers, and how long a million numbers take to be written.

Called by scripts/bench, which builds and installs what this runs. Each program runs in turn, several rounds."""

import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from compare_training import BUILD, ROOT, chosen, machine, markdown, measure

# What each logs ten numbers to, every step.
LOGS = {
    "ours": "text, CSV, TensorBoard",
    "pytorch": "`SummaryWriter`",
    "lightning": "`CSVLogger`, `TensorBoardLogger`",
}
WRITERS = {
    "ours": [str(BUILD / "Scalars")],
    "pytorch": [sys.executable, "-B", "-W", "ignore", str(ROOT / "Benchmarks/Peers/scalars.py")],
}
GREATEST_SLOWDOWN = 1.05
LEAST_SPEEDUP = 10


def step_times(workload: str, frameworks: list[str], threads: int, epochs: int, rounds: int) -> dict:
    """The microseconds of a step in each round, by the framework and whether it logs."""
    times = collections.defaultdict(list)
    for number in range(rounds):
        for framework in frameworks:
            # Whoever comes second may find another machine: they take turns.
            for logs in ((False, True) if number % 2 == 0 else (True, False)):
                with tempfile.TemporaryDirectory() as folder:
                    result = measure(
                        framework, workload, threads, epochs, ["--log-folder", folder] if logs else [])
                if result is None:
                    raise SystemExit(1)
                times[framework, logs].append(result["us_per_step"])
                print(f"round {number + 1}: {framework} {'with' if logs else 'without'} logs "
                      f"{result['us_per_step']} µs", file=sys.stderr)
    return times


def writing_times(count: int, frameworks: list[str], rounds: int) -> dict:
    """The seconds that logging the numbers takes in each round, and the megabytes of the file, by framework."""
    times = collections.defaultdict(list)
    for number in range(rounds):
        for framework in frameworks:
            command = WRITERS[framework]
            with tempfile.TemporaryDirectory() as folder:
                run = subprocess.run([*command, folder, str(count)], check=True, capture_output=True, text=True)
                size = max(file.stat().st_size for file in pathlib.Path(folder).rglob("events.out.*"))
            times[framework].append((float(run.stdout), round(size / 1e6, 1)))
            print(f"round {number + 1}: {framework} writes {count} numbers in {float(run.stdout):.2f} s",
                  file=sys.stderr)
    return times


def step_results(times: dict, workload: str) -> list[dict]:
    results = []
    for framework, logs in LOGS.items():
        if (framework, True) not in times:
            continue
        without, having = times[framework, False], times[framework, True]
        results.append({
            "framework": framework, "workload": workload, "logs": logs.replace("`", ""), "rounds": len(having),
            "us_per_step": round(statistics.median(without), 1), "least_us_per_step": min(without),
            "logging_us_per_step": round(statistics.median(having), 1), "least_logging_us_per_step": min(having),
            "slowdown": round(statistics.median(having) / statistics.median(without), 3),
            "least_slowdown": round(min(having) / min(without), 3)})
    return results


def writing_results(times: dict, count: int) -> list[dict]:
    return [
        {"framework": framework, "scalars": count, "rounds": len(runs), "megabytes": runs[0][1],
         "seconds": round(statistics.median(seconds for seconds, _ in runs), 3),
         "least_seconds": round(min(seconds for seconds, _ in runs), 3)}
        for framework, runs in times.items()]


def print_tables(steps: list[dict], writing: list[dict], conditions: str) -> None:
    print(f"{conditions}\n")
    print(markdown(
        "Microseconds a step, medians, and in brackets the least of all rounds.", " ",
        ["logs", "without", "with", "times as long"],
        {of["framework"]: [
            of["logs"], f"{of['us_per_step']:.0f} ({of['least_us_per_step']:.0f})",
            f"{of['logging_us_per_step']:.0f} ({of['least_logging_us_per_step']:.0f})",
            f"{of['slowdown']:.3f} ({of['least_slowdown']:.3f})"] for of in steps}))
    if writing:
        print(markdown(
            f"Seconds to write {writing[0]['scalars']:,} numbers for TensorBoard, and the size of the file.", " ",
            ["median", "least", "MB"],
            {of["framework"]: [f"{of['seconds']:.2f}", f"{of['least_seconds']:.2f}", f"{of['megabytes']:.0f}"]
             for of in writing}))
    for line in verdicts({of["framework"]: of for of in steps}, {of["framework"]: of for of in writing}):
        print(f"- {line}")


def verdicts(steps: dict, writing: dict) -> list[str]:
    """Whether logging is as cheap as it should be, by the medians, and by the least times of all rounds."""
    lines = []
    if "ours" in steps:
        texts = [
            f"{ratio:.3f}{'' if ratio <= GREATEST_SLOWDOWN else ' (NOT reached)'}"
            for ratio in (steps["ours"]["slowdown"], steps["ours"]["least_slowdown"])]
        lines.append(f"a step of ours that logs takes {texts[0]} times as long, by the least times {texts[1]}; "
                     f"≤ {GREATEST_SLOWDOWN} wanted")
    if writing.keys() == WRITERS.keys():
        ratios = [writing["pytorch"][time] / writing["ours"][time] for time in ("seconds", "least_seconds")]
        texts = [f"{ratio:.0f}{'' if ratio >= LEAST_SPEEDUP else ' (NOT reached)'}" for ratio in ratios]
        lines.append(f"writing is {texts[0]} times as fast as with SummaryWriter, by the least times {texts[1]}; "
                     f"≥ {LEAST_SPEEDUP} wanted")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench logging", description=__doc__)
    parser.add_argument("--workload", default="mlp")
    parser.add_argument("--frameworks", help="separated by commas")
    parser.add_argument(
        "--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2,
        help="the same for every framework; all processors by default")
    parser.add_argument("--epochs", type=int, default=4, help="the best after the first counts")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scalars", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1 or options.epochs < 2 or options.scalars < 1:
        raise SystemExit("--rounds, --threads and --scalars must be at least 1, --epochs at least 2")

    frameworks = chosen(options.frameworks, list(LOGS), "framework")
    writers = [framework for framework in frameworks if framework in WRITERS]
    steps = step_results(
        step_times(options.workload, frameworks, options.threads, options.epochs, options.rounds), options.workload)
    writing = writing_results(writing_times(options.scalars, writers, options.rounds), options.scalars)
    if options.json:
        for result in steps + writing:
            print(json.dumps(result))
        return
    threads = f"{options.threads} thread{'' if options.threads == 1 else 's'}"
    date = time.strftime("%Y-%m-%d")
    print_tables(
        steps, writing, f"{options.workload}, {options.rounds} rounds in turn, {date}, {machine()}, {threads}")


if __name__ == "__main__":
    main()
