#!/usr/bin/env python3
"""Runs the workloads with every framework in turn, several rounds, and prints medians and ratios.

Called by scripts/bench, which builds and installs what this runs."""

import argparse
import collections
import datetime
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
WORKLOADS = {"mlp": 4, "digits": 4, "lenet": 4, "gpt": 3, "resnet18": 2}
FRAMEWORKS = ["ours", "floor", "pytorch", "compile", "helios", "lightning"]
# The step times of the others over ours that are wanted, and ours over the floor's.
WANTED = {
    "mlp": {"helios": 3.0, "pytorch": 2.8, "lightning": 6.0, "floor": 1.05},
    "lenet": {"helios": 1.6, "pytorch": 1.5, "lightning": 2.8, "floor": 1.05},
    "gpt": {"helios": 1.1, "pytorch": 1.05, "lightning": 1.15, "floor": 1.02},
    "resnet18": {"helios": 1.1, "pytorch": 1.05, "lightning": 1.1, "floor": 1.02},
}


# Ours with what makes it faster: some change the last bits of numbers, and none is the default.
OPTIONS = {
    "one thread": (["mlp", "digits", "lenet"], ["--threads", "1"], {}),
    "without oneDNN": (["lenet"], ["--no-onednn"], {}),
    "channels last": (["lenet", "resnet18"], ["--channels-last"], {}),
    "bfloat16": (["gpt", "resnet18"], ["--bf16"], {}),
    "bfloat16, channels last": (["resnet18"], ["--bf16", "--channels-last"], {}),
    "jemalloc": (["mlp", "digits", "lenet"], [], {"LD_PRELOAD": "libjemalloc.so.2"}),
    "mimalloc": (["mlp", "digits", "lenet"], [], {"LD_PRELOAD": "libmimalloc.so.2"}),
}


def command(framework: str, workload: str, threads: int, epochs: int) -> list[str]:
    if framework == "ours":
        return [str(BUILD / "Training"), workload, "--threads", str(threads), "--epochs", str(epochs)]
    if framework == "floor":
        return [str(BUILD / "Floor"), workload, str(threads), str(epochs)]
    return [
        sys.executable, "-B", str(ROOT / "Benchmarks" / "Peers" / "train.py"), framework, workload,
        "--threads", str(threads), "--epochs", str(epochs)]


def measure(
    framework: str, workload: str, threads: int, epochs: int, arguments: list[str] = [], variables: dict = {},
) -> dict | None:
    """What one run printed, with the seconds of the whole program; None if it failed, which it says."""
    start = time.perf_counter()
    run = subprocess.run(
        command(framework, workload, threads, epochs) + arguments, env=os.environ | variables, capture_output=True,
        text=True)
    seconds = time.perf_counter() - start
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    # The dynamic linker ignores a library that it cannot find, and the result would pass for a measurement with it.
    if run.returncode != 0 or not lines or "cannot be preloaded" in run.stderr:
        print(f"{framework} failed with {workload}: {run.stderr.strip()[-500:]}", file=sys.stderr)
        return None
    return json.loads(lines[-1]) | {"seconds": round(seconds, 2)}


def machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.processor()) if pathlib.Path("/proc/cpuinfo").exists() \
        else platform.processor()
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def markdown(caption: str, corner: str, columns: list[str], rows: dict[str, list[str]]) -> str:
    lines = [caption, "", f"|{corner}| " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()]
    return "\n".join(lines) + "\n"


# The times of a result, and what they are called.
TIMES = {"us_per_step": "medians", "least_us_per_step": "the least times of all rounds"}


def time_cell(time: str, result: dict | None, ratio: float | None) -> str:
    if result is None:
        return "—"
    return f"{result[time]:.0f}" + ("" if ratio is None else f" ({ratio:.2f})")


def ratio(time: str, first: dict | None, second: dict | None) -> float | None:
    """How many times as long a step of the first takes; None for one beside itself."""
    is_comparison = first is not None and second is not None and first is not second
    return first[time] / second[time] if is_comparison else None


def table(results: dict, time: str) -> str:
    """A Markdown table with microseconds, and ratios to ours."""
    frameworks = results_frameworks(results)
    rows = {
        workload: [time_cell(time, of.get(name), ratio(time, of.get(name), of.get("ours"))) for name in frameworks]
        for workload, of in results.items()}
    caption = f"Microseconds a step, {TIMES[time]}; in brackets how many times ours."
    return markdown(caption, " workload ", frameworks, rows)


def tables(results: dict) -> str:
    return "\n".join([*(table(results, time) for time in TIMES), memory_table(results)])


def options_table(results: dict) -> str:
    """Ours with options: a Markdown table with how many times as fast that is as without."""
    ours = {workload: of for workload, of in results.items() if "ours" in of}
    time = "least_us_per_step"
    rows = {
        option: [time_cell(time, of.get(name), ratio(time, of["ours"], of.get(name))) for of in ours.values()]
        for option, name in {"none": "ours", **{option: option for option in OPTIONS}}.items()}
    caption = (f"Microseconds a step of ours with an option, {TIMES[time]}; in brackets how many times as fast that is.")
    return markdown(caption, " ", list(ours), rows)


def memory_table(results: dict) -> str:
    frameworks = results_frameworks(results)
    rows = {
        workload: [str(of.get(name, {}).get("rss_mb", "—")) for name in frameworks]
        for workload, of in results.items()}
    return markdown("Most memory of the process in MiB.", " workload ", frameworks, rows)


def verdicts(results: dict) -> list[str]:
    """Whether the ratios are reached that are wanted, by the medians, and by the least times of all rounds."""
    lines = []
    for workload, by_framework in results.items():
        ours = by_framework.get("ours")
        for framework, wanted in WANTED.get(workload, {}).items():
            other = by_framework.get(framework)
            if ours is None or other is None:
                continue
            is_floor = framework == "floor"
            texts = []
            for time in TIMES:
                ratio = ours[time] / other[time] if is_floor else other[time] / ours[time]
                is_reached = ratio <= wanted if is_floor else ratio >= wanted
                texts.append(f"{ratio:.2f}{'' if is_reached else ' (NOT reached)'}")
            lines.append(f"{workload} against {framework}: {texts[0]}, by the least times {texts[1]}; "
                         f"{'≤' if is_floor else '≥'} {wanted} wanted")
    return lines


def results_frameworks(results: dict) -> list[str]:
    present = {framework for by_framework in results.values() for framework in by_framework}
    return [framework for framework in FRAMEWORKS if framework in present]


def median(runs: list[dict]) -> dict:
    return runs[0] | {
        "us_per_step": round(statistics.median(run["us_per_step"] for run in runs), 1),
        "least_us_per_step": min(run["us_per_step"] for run in runs),
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
    parser.add_argument(
        "--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2,
        help="the same for every framework; all processors by default")
    parser.add_argument("--epochs", type=int, help="the best after the first counts; 3 to 6 if it is left out")
    parser.add_argument("--options", action="store_true", help="only ours, with the options that make it faster")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.threads < 1 or (arguments.epochs or 2) < 2:
        raise SystemExit("--rounds and --threads must be at least 1, --epochs at least 2")
    workloads = chosen(arguments.workloads, list(WORKLOADS), "workload")
    frameworks = ["ours"] if arguments.options else chosen(arguments.frameworks, FRAMEWORKS, "framework")

    runs = collections.defaultdict(list)
    for round_number in range(arguments.rounds):
        for workload in workloads:
            epochs = arguments.epochs or WORKLOADS[workload]
            ways = [(framework, framework, [], {}) for framework in frameworks]
            if arguments.options or arguments.write:
                ways += [(name, "ours", more, variables) for name, (able, more, variables) in OPTIONS.items()
                         if workload in able]
            for name, framework, more, variables in ways:
                result = measure(framework, workload, arguments.threads, epochs, more, variables)
                if result is not None:
                    runs[workload, name].append(result | {"framework": name})
                    print(f"round {round_number + 1}: {workload} {name} {result['us_per_step']} µs", file=sys.stderr)
    results: dict = {workload: {} for workload in workloads}
    for (workload, framework), measured in runs.items():
        results[workload][framework] = median(measured)

    if arguments.json:
        for by_framework in results.values():
            for result in by_framework.values():
                print(json.dumps(result))
    elif arguments.options:
        print(options_table(results))
    else:
        print(tables(results))
        print("\n".join(verdicts(results)))
    if arguments.write:
        write_page(results, arguments)


def write_page(results: dict, arguments: argparse.Namespace) -> None:
    """Replaces what stands between the two marks of docs/performance.md. What did not run keeps its numbers, which
    docs/performance.json has, but for those of another machine or number of threads beside those of this one."""
    page, store = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.json"
    known = json.loads(store.read_text()) if store.exists() else {}
    conditions = {"machine": machine(), "threads": arguments.threads}
    for name, by_framework in results.items():
        before = known.get(name, {})
        kept = before["results"] if before.items() >= conditions.items() else {}
        known[name] = {"date": str(datetime.date.today()), **conditions, "results": kept | by_framework}
    store.write_text(json.dumps(known, indent=1) + "\n")
    first, last = "<!-- written by scripts/bench train --write -->", "<!-- end -->"
    start, _, rest = page.read_text().partition(first)
    _, _, after = rest.partition(last)
    present = {name: known[name]["results"] for name in WORKLOADS if name in known}
    sources = "".join(
        f"- {name}: {max(result['rounds'] for result in known[name]['results'].values())} rounds in turn, "
        f"{known[name]['date']}, "
        f"{known[name]['machine']}, {known[name]['threads']} threads\n" for name in present)
    text = (f"{sources}\n{tables(present)}\n"
            + "".join(f"- {line}\n" for line in verdicts(present)) + f"\n{options_table(present)}")
    page.write_text(f"{start}{first}\n\n{text}\n{last}{after}")


if __name__ == "__main__":
    main()
