#!/usr/bin/env python3
"""Counts the lines and the `try` of the same programs with Helios, PyTorch, Lightning and mlx-swift, as a Markdown table.

A line counts if it has code. The programs with PyTorch and Lightning do the same as ours: they validate (the GAN does not),
save a checkpoint with everything that training needs, and resume from it. Those with mlx-swift save the weights only, since
its optimizers do not give their state away; they were written from its sources, and were not compiled."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent
PEERS = ROOT / "Benchmarks" / "Peers" / "programs"
PROGRAMS = {
    "classifier": ("spirals", None),
    "GAN": ("gan", ROOT / "Examples" / "RingGAN" / "RingGAN.swift"),
    "language model": ("language_model", ROOT / "Examples" / "LanguageModel" / "LanguageModel.swift"),
}


def readme_program() -> str:
    """The README's main.swift: the longest block of Swift code in it."""
    return max(re.findall(r"```swift\n(.*?)```", (ROOT / "README.md").read_text(), re.S), key=len)


def code_lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("//", "#"))]


def count(text: str) -> tuple[int, int]:
    lines = code_lines(text)
    return len(lines), sum(len(re.findall(r"\btry\b(?!:)", line)) for line in lines)


def main():
    print("| program | Helios | PyTorch | Lightning | mlx-swift |")
    print("|---|---|---|---|---|")
    for name, (peer, file) in PROGRAMS.items():
        lines, tries = count(file.read_text() if file else readme_program())
        mlx_lines, mlx_tries = count((PEERS / f"{peer}_mlx.swift").read_text())
        python = [count((PEERS / f"{peer}_{kind}.py").read_text())[0] for kind in ("pytorch", "lightning")]
        print(
            f"| {name} | {lines} lines, {tries} `try` | {python[0]} | {python[1]} | {mlx_lines} lines, "
            f"{mlx_tries} `try` |")


if __name__ == "__main__":
    main()
