#!/usr/bin/env python3
"""How fast several processes train together, beside PyTorch's DistributedDataParallel and beside one process.

Called by scripts/bench, which builds and installs what this runs. All ways take turns, several rounds. A step sees as
many samples in each of them. What the exchange costs is the difference to processes that run at the same time with as
many samples each, and know nothing of one another. With --checkpoints, how long a checkpoint and a resume take."""

import argparse
import collections
import json
import os
import statistics
import subprocess
import sys
import tempfile
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
                    if framework == "ours" or not way.startswith("across")]
            # Whoever comes second may find another machine: they take turns.
            for framework, way in ways if number % 2 == 0 else reversed(ways):
                step = measure(framework, way, workload, processes, WORKLOADS[workload])
                if step is None:
                    continue
                times[workload, framework, way].append(step)
                load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
                print(f"round {number + 1}: {workload} {framework}, {way} {step:.0f} µs, load {load}", file=sys.stderr)
    return times


def results(times: dict) -> list[dict]:
    """What each way took, by workload and framework."""
    rows = []
    for (workload, framework, way), steps in times.items():
        row = {
            "workload": workload, "framework": framework, "way": way, "rounds": len(steps),
            "us_per_step": round(statistics.median(steps), 1), "least_us_per_step": round(min(steps), 1)}
        samples = BATCH_SIZES[workload]
        row["samples_per_second"] = round(samples / row["us_per_step"] * 1e6)
        row["most_samples_per_second"] = round(samples / row["least_us_per_step"] * 1e6)
        apart = times.get((workload, framework, "apart"))
        if way == "together" and apart:
            row["exchange_us"] = round(row["us_per_step"] - statistics.median(apart), 1)
            row["least_exchange_us"] = round(row["least_us_per_step"] - min(apart), 1)
        rows.append(row)
    return rows


def lines(rows: list[dict], processes: int) -> list[dict]:
    """One for each framework and workload: the ways are fields of it."""
    merged = {}
    for row in rows:
        key = row["workload"], row["framework"]
        line = merged.setdefault(key, {
            "workload": key[0], "framework": key[1], "processes": processes, "samples_per_step": BATCH_SIZES[key[0]],
            "rounds": 0, "us_per_step": {}, "least_us_per_step": {}, "samples_per_second": {}})
        line["rounds"] = max(line["rounds"], row["rounds"])
        for field in ("us_per_step", "least_us_per_step", "samples_per_second"):
            line[field][row["way"]] = row[field]
        line |= {field: row[field] for field in ("exchange_us", "least_exchange_us") if field in row}
    for verdict in verdicts(rows):
        merged[verdict["workload"], "ours"] |= {
            "times_pytorch": verdict["median"], "times_pytorch_least": verdict["least"], "wanted": verdict["wanted"],
            "reached": verdict["median"] >= verdict["wanted"]}
    return list(merged.values())


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


def verdicts(rows: list[dict]) -> list[dict]:
    """How many times PyTorch's throughput ours is on several processes, by the medians and by the best rounds."""
    together = {(row["workload"], row["framework"]): row for row in rows if row["way"] == "together"}
    found = []
    for workload, wanted in WANTED.items():
        ours, other = together.get((workload, "ours")), together.get((workload, "pytorch"))
        if ours is not None and other is not None:
            found.append({
                "workload": workload, "wanted": wanted,
                "median": round(other["us_per_step"] / ours["us_per_step"], 2),
                "least": round(other["least_us_per_step"] / ours["least_us_per_step"], 2)})
    return found


def sentence(verdict: dict) -> str:
    median, least = (
        f"{verdict[name]:.2f}{'' if verdict[name] >= verdict['wanted'] else ' (NOT reached)'}"
        for name in ("median", "least"))
    return (f"{verdict['workload']}: {median} times the throughput of PyTorch's DistributedDataParallel, by the best "
            f"rounds {least}; ≥ {verdict['wanted']} wanted")


def train_with_checkpoints(workload: str, processes: int, steps: int, folder: str) -> dict:
    run = subprocess.run(
        [str(BUILD / "Training"), workload, "--threads", "1", "--processes", str(processes), "--batch-size", "16",
         "--steps", str(steps), "--checkpoint-folder", folder], capture_output=True, text=True)
    printed = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if run.returncode != 0 or not printed:
        raise SystemExit(f"{workload} with {processes} processes failed: {run.stderr.strip()[-500:]}")
    return json.loads(printed[-1])


def checkpoint_rows(workloads: list[str], counts: list[int], rounds: int) -> list[dict]:
    """Trains 21 steps with a checkpoint after every fifth, and resumes, in each round with each number of processes."""
    saving, starting, resuming = (collections.defaultdict(list) for _ in range(3))
    for _ in range(rounds):
        for workload in workloads:
            for count in counts:
                with tempfile.TemporaryDirectory() as folder:
                    first = train_with_checkpoints(workload, count, 21, folder)
                    second = train_with_checkpoints(workload, count, 31, folder)
                saving[workload, count] += first["checkpoint_ms"] + second["checkpoint_ms"]
                starting[workload, count].append(first["start_ms"])
                resuming[workload, count].append(second["start_ms"])
    return [{"workload": workload, "processes": count, "checkpoints": len(times),
             "checkpoint_ms": statistics.median(times), "least_checkpoint_ms": min(times),
             "start_ms": statistics.median(starting[workload, count]),
             "least_start_ms": min(starting[workload, count]),
             "resume_ms": statistics.median(resuming[workload, count]),
             "least_resume_ms": min(resuming[workload, count])}
            for (workload, count), times in saving.items()]


def checkpoint_table(rows: list[dict]) -> str:
    return markdown(
        "Medians, and in brackets the least times.", " ",
        ["ms for a checkpoint", "ms from setup to the first step", "the same in a resume"],
        {f"{row['workload']}, {row['processes']} processes": [
            f"{row[name]:.1f} ({row['least_' + name]:.1f})" for name in ("checkpoint_ms", "start_ms", "resume_ms")]
         for row in rows})


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench distributed", description=__doc__)
    parser.add_argument("--workloads", help="separated by commas")
    parser.add_argument("--frameworks", help="separated by commas")
    parser.add_argument("--processes", type=int, default=2, help="one thread each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--checkpoints", action="store_true", help="time checkpoints and resumes of 1, 2 and 8 processes")
    parser.add_argument("--json", action="store_true", help="one line for each framework and workload")
    options = parser.parse_args()
    if options.rounds < 1 or options.processes not in (2, 4):
        raise SystemExit("--rounds must be at least 1, and --processes 2 or 4, which divide each batch")
    workloads = chosen(options.workloads, list(WORKLOADS), "workload")
    frameworks = chosen(options.frameworks, FRAMEWORKS, "framework")

    if options.checkpoints:
        rows = checkpoint_rows(workloads, [1, 2, 8], options.rounds)
        print("\n".join(json.dumps(row) for row in rows) if options.json else checkpoint_table(rows))
        return
    rows = results(measurements(workloads, frameworks, options.processes, options.rounds))
    if options.json:
        for line in lines(rows, options.processes):
            print(json.dumps(line))
        return
    print(f"{options.rounds} rounds in turn, {time.strftime('%Y-%m-%d')}, {machine()}, one thread for each of "
          f"{options.processes} processes\n")
    print(tables(rows, options.processes))
    print("\n".join(f"- {sentence(verdict)}" for verdict in verdicts(rows)))


if __name__ == "__main__":
    main()
