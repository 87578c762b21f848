#!/usr/bin/env python3
"""How fast several processes train together, beside PyTorch's DistributedDataParallel and beside one process.

Called by scripts/bench, which builds and installs what this runs. All ways take turns, several rounds. A step sees as
many samples in each of them. What the exchange costs is the difference to processes that run at the same time with as
many samples each, and know nothing of one another."""

import argparse
import collections
import json
import os
import statistics
import subprocess
import sys
import time

from compare_training import BUILD, ROOT, chosen, machine, markdown

# With how many epochs each: the best one after the first counts.
WORKLOADS = {"lenet": 3, "gpt": 2}
BATCH_SIZES = {"lenet": 4, "gpt": 12}
FRAMEWORKS = ["ours", "pytorch", "lightning"]
# How many times the throughput of PyTorch's DistributedDataParallel is wanted.
WANTED = {"lenet": 1.3, "gpt": 1.0}
PEERS = ROOT / "Benchmarks" / "Peers"


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-B", "-W", "ignore", str(PEERS / program), *arguments]


def commands(framework: str, way: str, workload: str, processes: int, epochs: int) -> list[list[str]]:
    """The programs that run at the same time for one measurement."""
    ours = [str(BUILD / "Training"), workload, "--epochs", str(epochs)]
    peer = python("train.py", framework, workload, "--epochs", str(epochs))
    together = python("train_distributed.py", framework, workload, "--epochs", str(epochs))
    alone = ours if framework == "ours" else peer
    part = str(BATCH_SIZES[workload] // processes)
    match way:
        case "one thread": return [[*alone, "--threads", "1"]]
        case "all threads": return [[*alone, "--threads", str(processes)]]
        case "together":
            return [[*(ours if framework == "ours" else together), "--threads", "1", "--processes", str(processes)]]
        case "apart": return [[*alone, "--threads", "1", "--batch-size", part]] * processes
        case "across ranks, alone": return [[*ours, "--threads", "1", "--across-ranks"]]
        case "across ranks": return [[*ours, "--threads", "1", "--across-ranks", "--processes", str(processes)]]
    raise ValueError(way)


# What each measures; the last two are ours alone.
WAYS = ["one thread", "all threads", "together", "apart", "across ranks, alone", "across ranks"]


def measure(framework: str, way: str, workload: str, processes: int, epochs: int) -> float | None:
    """The microseconds of a step; of programs that run at the same time, their mean. None if one failed."""
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands(framework, way, workload, processes, epochs)]
    outputs = [run.communicate() for run in runs]
    times = []
    for run, (output, errors) in zip(runs, outputs):
        lines = [line for line in output.splitlines() if line.startswith("{")]
        if run.returncode != 0 or not lines:
            print(f"{framework}, {way} failed with {workload}: {errors.strip()[-500:]}", file=sys.stderr)
            return None
        result = json.loads(lines[-1])
        times.append(result["us_per_step"])
    return statistics.mean(times)


def measurements(workloads: list[str], frameworks: list[str], processes: int, rounds: int) -> dict:
    """The microseconds of a step in each round, by workload, framework and way."""
    times = collections.defaultdict(list)
    for number in range(rounds):
        for workload in workloads:
            ways = [(framework, way) for way in WAYS for framework in frameworks
                    if framework == "ours" or framework == "pytorch" and not way.startswith("across")
                    or way == "together"]
            # Whoever comes second may find another machine: they take turns.
            for framework, way in ways if number % 2 == 0 else reversed(ways):
                step = measure(framework, way, workload, processes, WORKLOADS[workload])
                if step is None:
                    continue
                times[workload, framework, way].append(step)
                load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
                print(f"round {number + 1}: {workload} {framework}, {way} {step:.0f} µs, load {load}", file=sys.stderr)
    return times


def results(times: dict, processes: int) -> list[dict]:
    rows = []
    for (workload, framework, way), steps in times.items():
        row = {
            "workload": workload, "framework": framework, "way": way,
            "processes": 1 if way in ("one thread", "all threads", "across ranks, alone") else processes,
            "rounds": len(steps), "us_per_step": round(statistics.median(steps), 1),
            "least_us_per_step": round(min(steps), 1)}
        samples = BATCH_SIZES[workload]
        row["samples_per_second"] = round(samples / row["us_per_step"] * 1e6)
        row["most_samples_per_second"] = round(samples / row["least_us_per_step"] * 1e6)
        apart = times.get((workload, framework, "apart"))
        if way == "together" and apart:
            row["exchange_us"] = round(row["us_per_step"] - statistics.median(apart), 1)
            row["least_exchange_us"] = round(row["least_us_per_step"] - min(apart), 1)
        rows.append(row)
    return rows


def tables(rows: list[dict], processes: int) -> str:
    names = {
        "one thread": "one process, one thread", "all threads": f"one process, {processes} threads",
        "together": f"{processes} processes", "apart": f"{processes} processes that know nothing of one another",
        "across ranks, alone": "one process, `deterministic: .acrossRanks`",
        "across ranks": f"{processes} processes, `deterministic: .acrossRanks`"}
    texts = []
    for workload in dict.fromkeys(row["workload"] for row in rows):
        own = [row for row in rows if row["workload"] == workload]
        texts.append(markdown(
            f"{workload}, {BATCH_SIZES[workload]} samples a step: medians, and in brackets the best of all rounds.", " ",
            ["µs a step", "samples a second", "µs for the exchange"],
            {f"{row['framework']}, {names[row['way']]}": [
                f"{row['us_per_step']:.0f} ({row['least_us_per_step']:.0f})",
                f"{row['samples_per_second']:,} ({row['most_samples_per_second']:,})",
                f"{row['exchange_us']:.0f} ({row['least_exchange_us']:.0f})" if "exchange_us" in row else ""]
             for row in own}))
    return "\n".join(texts)


def verdicts(rows: list[dict]) -> list[str]:
    """Whether the throughput is reached that is wanted, by the medians, and by the best of all rounds."""
    together = {(row["workload"], row["framework"]): row for row in rows if row["way"] == "together"}
    lines = []
    for workload, wanted in WANTED.items():
        ours, other = together.get((workload, "ours")), together.get((workload, "pytorch"))
        if ours is None or other is None:
            continue
        ratios = [other[time] / ours[time] for time in ("us_per_step", "least_us_per_step")]
        texts = [f"{ratio:.2f}{'' if ratio >= wanted else ' (NOT reached)'}" for ratio in ratios]
        lines.append(f"{workload}: {texts[0]} times the throughput of PyTorch's DistributedDataParallel, by the best "
                     f"rounds {texts[1]}; ≥ {wanted} wanted")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench distributed", description=__doc__)
    parser.add_argument("--workloads", help="separated by commas")
    parser.add_argument("--frameworks", help="separated by commas")
    parser.add_argument("--processes", type=int, default=2, help="one thread each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.rounds < 1 or options.processes not in (2, 4):
        raise SystemExit("--rounds must be at least 1, and --processes 2 or 4, which divide each batch")
    workloads = chosen(options.workloads, list(WORKLOADS), "workload")
    frameworks = chosen(options.frameworks, FRAMEWORKS, "framework")

    rows = results(measurements(workloads, frameworks, options.processes, options.rounds), options.processes)
    if options.json:
        for row in rows:
            print(json.dumps(row))
        return
    print(f"{options.rounds} rounds in turn, {time.strftime('%Y-%m-%d')}, {machine()}, one thread for each of "
          f"{options.processes} processes\n")
    print(tables(rows, options.processes))
    print("\n".join(f"- {line}" for line in verdicts(rows)))


if __name__ == "__main__":
    main()
