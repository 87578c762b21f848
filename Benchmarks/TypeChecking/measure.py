#!/usr/bin/env python3
"""How long the compiler takes for expressions with tensors, and what it says of wrong ones.

Build first (`swift build`). Then, from anywhere:

    python3 Benchmarks/TypeChecking/measure.py [right.txt | wrong.txt]

Each line of right.txt and wrong.txt is checked in a file of its own. The time is the compiler's processor time, least of
`--repeats`, less the time of an empty function; the table in docs/tensors.md is made of it.
"""

import argparse
import pathlib
import re
import resource
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / ".build" / "debug"

FUNCTION = """\
import Torch

func expression(
    _ x: Tensor, _ y: Tensor, _ z: Tensor, _ w: Tensor, loss: Tensor, missing: Tensor?, n: Int, rate: Double, momentum: Double?
) throws {
    var total = 0.0
    %s
    _ = total
}
"""


def check(expression: str, folder: pathlib.Path) -> tuple[float, str]:
    """The processor time in seconds, and the first error."""
    source = folder / "expression.swift"
    source.write_text(FUNCTION % expression)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        ["swiftc", "-typecheck", "-swift-version", "6", "-I", BUILD / "Modules",
         "-I", ROOT / "Sources" / "CTorch" / "include",
         "-Xcc", f"-fmodule-map-file={BUILD}/CTorch.build/module.modulemap", source],
        capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    error = re.search(r"expression\.swift:\d+:\d+: error: (.*)", result.stderr)
    if result.returncode != 0 and error is None:
        raise SystemExit(result.stderr)
    return after.ru_utime - before.ru_utime, error.group(1) if error else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", nargs="*", default=["right.txt", "wrong.txt"])
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def least(expression: str) -> tuple[float, str]:
            return min((check(expression, folder) for _ in range(options.repeats)), key=lambda result: result[0])

        floor = least("")[0]
        for file in options.lists:
            print(f"{file} (seconds beyond the {floor:.2f} of an empty function)")
            total = 0.0
            for line in (HERE / file).read_text().splitlines():
                seconds, error = least(line)
                total += seconds - floor
                print(f"{seconds - floor:6.2f}  {line}" + (f"\n        {error}" if error else ""), flush=True)
            print(f"{total:6.2f}  in all")


if __name__ == "__main__":
    main()
