#!/usr/bin/env python3
"""How fast images, tensors in memory, and windows of a text come from loaders: this library's and others', in turn on the same files.

Called by scripts/bench, which builds and installs what this runs."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from compare_training import BUILD, ROOT, chosen, machine, markdown

PEERS = ["torchvision", "torchvision-v2", "opencv", "simplejpeg", "spdl", "dali"]
# What no loader that decodes whole images can be faster than.
LIMIT = "decode-only"
IMAGES = ["ours", "ours-reduced", *PEERS, LIMIT]
TENSORS = ["ours-tensors", "tensors", "tensors-index"]
TEXT = ["ours-text", "text", "text-loop"]
# Limits that are a plain loop.
LOOPS = ["tensors-index", "text-loop"]
# Those that have no form without workers: one thread is their least.
ALWAYS_WORKING = ["spdl", "dali", LIMIT]


def command(framework: str) -> list[str]:
    ours = str(BUILD / "DataBenchmark")
    if framework in ("ours-tensors", "ours-text"):
        return [ours, framework.removeprefix("ours-")]
    if framework == "text-loop":
        return [ours, "text", "--plain"]
    if framework.startswith("ours"):
        return [ours, "images", *(["--reduced"] if framework == "ours-reduced" else [])]
    return [sys.executable, "-B", "-W", "ignore", str(ROOT / "Benchmarks/Peers/data.py"), framework]


def measure(framework: str, workers: int, folder: pathlib.Path, tokens: pathlib.Path, epochs: int) -> dict:
    """What one run printed; `error` if it could not measure."""
    arguments = ["--workers", str(workers), "--epochs", str(epochs)]
    if framework in IMAGES:
        arguments += ["--images", str(folder)]
    if framework in TEXT:
        arguments += ["--tokens", str(tokens)]
    # The threads of an operation would take the processors from the workers, in ours as in the peers.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    run = subprocess.run([*command(framework), *arguments], env=environment, capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if not lines:
        last = (run.stderr.strip() or f"it ended with status {run.returncode}").splitlines()[-1]
        return {"framework": framework, "workers": workers, "error": last[-300:]}
    return json.loads(lines[-1])


def rate(line: dict) -> float:
    return line.get("images_per_second") or line["batches_per_second"]


def summary(lines: list[dict]) -> dict:
    """One line of several rounds: medians, and the best rate."""
    whole = [line for line in lines if "error" not in line]
    if not whole:
        return lines[-1]
    result = dict(whole[-1])
    for field, value in whole[-1].items():
        if isinstance(value, float) or field in ("pss_mib", "rss_mib"):
            result[field] = round(statistics.median(line[field] for line in whole), 4)
    name = "images_per_second" if "images_per_second" in result else "batches_per_second"
    result[f"best_{name}"] = round(max(rate(line) for line in whole), 1)
    return result | {name: round(result[name], 1), "rounds": len(whole)}


def collect(
    frameworks: list[str], workers: list[int], options, folder: pathlib.Path, tokens: pathlib.Path
) -> list[dict]:
    """All that is measured, framework by framework. In each round everything runs once."""
    runs: dict[tuple, list[dict]] = {}
    for number in range(options.rounds):
        for framework in frameworks:
            for count in workers:
                if (count == 0 and framework in ALWAYS_WORKING and 1 in workers) or \
                        (count > 0 and framework in LOOPS):
                    continue
                line = measure(framework, count, folder, tokens, options.epochs)
                runs.setdefault((framework, count), []).append(line)
                what = line.get("error") or f"{rate(line):.0f} a second"
                print(f"round {number + 1}: {framework}, {count} workers: {what}", file=sys.stderr)
    return [summary(lines) for lines in runs.values()]


def number(value, digits: int = 0) -> str:
    return "—" if value is None else f"{value:,.{digits}f}"


def table(caption: str, kind: str, results: list[dict]) -> str:
    rows = {}
    for of in results:
        name = f"{of['framework']}, {of['workers']} workers"
        rows[name] = ["—", "—", "—", "—", of["error"]] if "error" in of else [
            number(of[kind]), number(of[f"best_{kind}"]), number(of["first_batch_seconds"], 3), number(of["pss_mib"]),
            ", ".join(f"{package} {version}" for package, version in of.get("versions", {}).items())]
    return markdown(caption, " ", ["median", "best", "first batch, s", "memory, MiB", "versions"], rows)


def ratios(results: list[dict], workers: int) -> list[str]:
    """How ours compares with the peers with as many workers, by the best of all rounds, and what is wanted."""
    of = {line["framework"]: line for line in results if line["workers"] == workers and "error" not in line}
    lines = []

    def tell(what: str, value: float, wanted: float) -> None:
        lines.append(f"{workers} workers: {what}: {value:.2f}, {'reached' if value >= wanted else 'NOT reached'} "
                     f"(at least {wanted:.2f} is wanted)")

    ours = of.get("ours")
    peers = {name: of[name] for name in PEERS if name in of}
    if ours and peers:
        best = max(peers, key=lambda name: peers[name]["best_images_per_second"])
        own = ours["best_images_per_second"]
        tell(f"images a second by the best peer's ({best})", own / peers[best]["best_images_per_second"],
             1.4 if workers else 1.2)
        if workers:
            if "torchvision-v2" in of:
                tell("by torchvision v2's", own / of["torchvision-v2"]["best_images_per_second"], 2.2)
            if LIMIT in of:
                tell("by decoding alone", own / of[LIMIT]["best_images_per_second"], 0.8)
            if "torchvision" in of and ours.get("pss_mib"):
                tell("torchvision's memory by ours", of["torchvision"]["pss_mib"] / ours["pss_mib"], 3)
        tell("the soonest peer's time to the first batch by ours",
             min(line["first_batch_seconds"] for line in peers.values()) / ours["first_batch_seconds"], 3)
    if "ours-tensors" in of:
        own = of["ours-tensors"]["best_batches_per_second"]
        if "tensors" in of:
            tell("batches a second by PyTorch's loader's", own / of["tensors"]["best_batches_per_second"],
                 100 if workers else 7)
        if "tensors-index" in of:
            tell("by an index loop's", own / of["tensors-index"]["best_batches_per_second"], 1)
    if "ours-text" in of:
        own = of["ours-text"]
        if "text-loop" in of:
            tell("windows of a text a second by a plain loop's",
                 own["best_batches_per_second"] / of["text-loop"]["best_batches_per_second"], 1)
        tell("0.05 s by the time to the first windows", 0.05 / own["first_batch_seconds"], 1)
    return lines


def make_tokens(path: pathlib.Path) -> None:
    """A gigabyte of tokens of two bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        for _ in range(1000):
            file.write(os.urandom(1_000_000))
    part.rename(path)


def warm_up(paths: list[pathlib.Path]) -> None:
    """Reads the files once, so that no framework is the first to wait for the disk."""
    for path in paths:
        with open(path, "rb") as file:
            while file.read(1 << 24):
                pass


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench data", description=__doc__)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parser.add_argument("--images", type=pathlib.Path, help="a folder of JPEG files; 1,000 are made if it is left out")
    parser.add_argument("--frameworks", help="separated by commas; all by default")
    parser.add_argument("--workers", default=f"0,{cores}", help="separated by commas; none and one for each processor")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2, help="the last one counts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    workers = [int(count) for count in options.workers.split(",")]
    if options.rounds < 1 or options.epochs < 2 or min(workers) < 0:
        raise SystemExit("--rounds must be at least 1, --epochs at least 2, and --workers not negative")
    frameworks = chosen(options.frameworks, [*IMAGES, *TENSORS, *TEXT], "framework")
    folder = options.images or ROOT / "Benchmarks/.data/pictures"
    if options.images is None and any(name in IMAGES for name in frameworks) and not (folder / "00999.jpg").exists():
        subprocess.run([sys.executable, "-B", str(ROOT / "Benchmarks/Peers/pictures.py"), str(folder)], check=True)

    tokens = ROOT / "Benchmarks/.data/tokens.bin"
    if any(name in TEXT for name in frameworks) and not tokens.exists():
        make_tokens(tokens)

    warm_up([path for path in [*folder.rglob("*.jpg"), tokens] if path.exists()])
    results = collect(frameworks, workers, options, folder, tokens)
    if options.json:
        for result in results:
            print(json.dumps(result))
        return
    date = time.strftime("%Y-%m-%d")
    print(f"{options.rounds} rounds in turn, {date}, {machine()}, load {os.getloadavg()[0]:.1f}\n")
    images = [line for line in results if line["framework"] in IMAGES]
    tensors = [line for line in results if line["framework"] in TENSORS]
    if images:
        print(table("Images a second.", "images_per_second", images))
    text = [line for line in results if line["framework"] in TEXT]
    if text:
        print(table("Batches of 32 windows of 1,024 tokens a second, from 1 GB.", "batches_per_second", text))
    if tensors:
        print(table("Batches of 32 rows of 64 numbers a second.", "batches_per_second", tensors))
    for count in workers:
        for line in ratios(results, count):
            print(f"- {line}")


if __name__ == "__main__":
    main()
