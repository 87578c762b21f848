"""Learning-rate range tests as PyTorch Lightning evaluates them: smoothed losses, the early end, the suggestion.

Its rules, written down here: an exponential mean with its bias taken away, an end where that is four times the lowest
(from the second step on), and the steepest slope by torch.gradient without the first tenth of the steps and the last.
"""

import math

import torch

import fixture


def curve(kind: str, step: int, steps: int) -> float:
    x = step / (steps - 1)
    if kind == "valley":
        return 2.3 - 1.8 / (1 + math.exp(-25 * (x - 0.55))) + math.exp(40 * (x - 0.88))
    if kind == "noisy":
        return 2.3 - 1.2 * x + 0.15 * math.sin(37 * x) + 0.05 * math.cos(211 * x)
    if kind == "negative":
        return -2 - 3 * x + math.exp(12 * (x - 0.8))
    if kind == "rising":
        return 1 + x
    raise ValueError(kind)


def run(kind: str, steps: int, smoothing: float, divergence: float | None) -> dict:
    raw, smoothed = [], []
    average, best, diverged = 0.0, math.inf, False
    for step in range(steps):
        loss = curve(kind, step, steps)
        raw.append(loss)
        average = smoothing * average + (1 - smoothing) * loss
        value = average / (1 - smoothing ** (step + 1))
        smoothed.append(value)
        if divergence is not None and step > 0 and value > best + (divergence - 1) * abs(best):
            diverged = True
            break
        best = min(best, value)
    first = len(smoothed) // 10
    window = torch.tensor(smoothed[first:-1], dtype=torch.float64)
    suggestion = None
    if len(window) >= 2:
        (slopes,) = torch.gradient(window)
        if slopes.min() < 0:
            suggestion = first + int(slopes.argmin())
    return {
        "steps": steps,
        "smoothing": smoothing,
        "divergence": divergence,
        "raw": [curve(kind, step, steps) for step in range(steps)],
        "smoothed": smoothed,
        "diverged": diverged,
        "suggestion": suggestion,
    }


fixture.write(
    "learning-rate-finder",
    {
        "valley": run("valley", 100, 0.98, 4.0),
        "valley, little smoothing": run("valley", 60, 0.5, 4.0),
        "valley, no smoothing, to the end": run("valley", 40, 0.0, None),
        "noisy": run("noisy", 50, 0.9, 4.0),
        "negative": run("negative", 50, 0.3, 4.0),
        "rising": run("rising", 30, 0.9, 4.0),
        "three steps": run("valley", 3, 0.98, 4.0),
        "two steps": run("valley", 2, 0.98, 4.0),
    },
)
