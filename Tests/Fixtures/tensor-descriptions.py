"""What PyTorch prints for tensors of many kinds: how to make each, and the text.

A case is described by steps that Tests/TorchTests/TensorDescriptionTests.swift can take too.
"""

import math

import torch

import fixture


def literal(value: float):
    """JSON has no NaN and no infinities."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return str(value)


cases = []


class Steps(list):
    """0, 1, … each modulo `modulo` and divided by `divisor`: many numbers that the fixture need not list."""

    def __init__(self, count, divisor=1, modulo=1 << 30, whole=False):
        self.recipe = [count, divisor, modulo]
        super().__init__(v % modulo if whole else v % modulo / divisor for v in range(count))


def case(name, values, shape=None, dtype=torch.float32, imaginary=None, requires_grad=False, function=None):
    """`values` in row-major order; the imaginary parts of `Steps` are its negatives."""
    shape = [len(values)] if shape is None else shape
    base = torch.tensor(values, dtype=torch.float64 if not isinstance(values[0] if values else 0.0, (int, bool)) else None)
    if imaginary is not None:
        made = torch.complex(base.to(torch.float64), torch.tensor(imaginary, dtype=torch.float64)).reshape(shape).to(dtype)
    else:
        made = base.reshape(shape).to(dtype)
    if requires_grad:
        made.requires_grad_()
    shown = {None: lambda x: x, "add": lambda x: x + 1, "sum": lambda x: x.sum(), "view": lambda x: x.view(-1),
             "transpose": lambda x: x.transpose(0, 1), "expand": lambda x: x.expand(3, *x.shape)}[function](made)
    cases.append({
        "name": name,
        "values": None if isinstance(values, Steps) else [literal(v) for v in values],
        "steps": values.recipe if isinstance(values, Steps) else None,
        "imaginary": None if imaginary is None or isinstance(values, Steps) else [literal(v) for v in imaginary],
        "shape": shape, "dtype": str(dtype).removeprefix("torch."), "requiresGrad": requires_grad, "function": function,
        "text": str(shown),
    })


nan, inf = math.nan, math.inf
random = torch.Generator().manual_seed(0)


def normal(count, scale=1.0):
    """Rounded, so that the fixture stays small."""
    return [round(v, 4) for v in (torch.randn(count, generator=random, dtype=torch.float64) * scale).tolist()]


case("a matrix of whole numbers", [1.0, 2.0, 3.0, 4.0], [2, 2])
case("whole numbers of several widths", [1.0, 20.0, -300.0])
case("fractions", [0.5, -1.25, 3.0])
case("a thousandth beside one", [0.001, 1.0])
case("more than a thousand times", [0.001, 1.5])
case("small numbers", [0.00001, 0.00002])
case("great numbers", [1e9, 2e9])
case("great whole numbers", [1e8, 3.0e7])
case("great and small", [1e-7, 1e7, 0.0])
case("zeros", [0.0, 0.0, -0.0])
case("zero beside a fraction", [0.0, 0.25])
case("not a number", [nan, 1.0, inf])
case("infinities only", [inf, -inf, nan])
case("infinities among fractions", [-inf, 0.5, nan, inf])
case("infinities among great numbers", [inf, 1e10, -1.0])
case("rounding to four digits", [1.00005, 2.99995, 0.12345])
case("rounding to one more digit", [9.99999, 0.5])
case("three-digit exponents", [1e-200, 1e200], dtype=torch.float64)
case("a scalar", [3.5], [])
case("a whole scalar", [7.0], [])
case("an integer scalar", [7], [], torch.int64)
case("a truth value", [True], [], torch.bool)
case("an infinite scalar", [-inf], [])
case("a tiny scalar", [1e-6], [])
case("empty", [])
case("empty in two dimensions", [], [0, 3])
case("empty in three dimensions", [], [2, 0, 3])
case("empty integers", [], [0], torch.int64)
case("empty truth values in two dimensions", [], [3, 0], torch.bool)
case("integers", [1, -20, 300], dtype=torch.int64)
case("int32", [1, 2, 3, 4], [2, 2], torch.int32)
case("int16", [-5, 17], dtype=torch.int16)
case("int8", [-128, 127], dtype=torch.int8)
case("uint8", [0, 255], dtype=torch.uint8)
case("uint16", [0, 65535], dtype=torch.uint16)
case("uint64", [0, 9007199254740991], dtype=torch.uint64)
case("truth values", [True, False, True], dtype=torch.bool)
case("truth values in a matrix", [True, True, True, True], [2, 2], torch.bool)
case("float64", [0.1, 0.2], dtype=torch.float64)
case("float16", [0.1, 100.0], dtype=torch.float16)
case("great float16", [65504.0, 1.0], dtype=torch.float16)
case("bfloat16", [0.1, 3.0], dtype=torch.bfloat16)
case("float8_e5m2", [0.5, 1.5], dtype=torch.float8_e5m2)
case("float8_e4m3fn", [0.25, -3.0, 0.0], dtype=torch.float8_e4m3fn)
case("complex64", [1.0, -2.5], dtype=torch.complex64, imaginary=[0.5, -1.0])
case("complex128", [1.0, 2.0, 3.0], dtype=torch.complex128, imaginary=[0.0, -0.0, nan])
case("a complex matrix", [1.0, 20.0, 3.0, 4.0], [2, 2], torch.complex64, imaginary=[1e-5, 2.0, 100.0, -inf])
case("a complex scalar", [1.5], [], torch.complex64, imaginary=[-2.0])
case("a line that is broken", normal(17))
case("integers in broken lines", Steps(60, whole=True), dtype=torch.int64)
case("float64 in broken lines", normal(12), dtype=torch.float64)
case("broken lines in a matrix", normal(40, 10.0), [2, 20])
case("three dimensions", [float(v) for v in range(12)], [2, 2, 3])
case("four dimensions", [float(v) for v in range(16)], [2, 2, 2, 2])
case("a column", [1.0, 2.0, 3.0], [3, 1])
case("one element in four dimensions", [0.5], [1, 1, 1, 1])
case("a thousand elements", Steps(1000, whole=True), dtype=torch.int64)
case("a thousand and one elements", Steps(1001, whole=True), dtype=torch.int64)
case("an abbreviated matrix", Steps(1200), [30, 40])
case("abbreviated in one dimension", Steps(1200, 8), [300, 4])
case("abbreviated in the other dimension", Steps(1200, 8), [5, 240])
case("abbreviated in three dimensions", Steps(8 * 7 * 20, whole=True), [8, 7, 20], torch.int64)
case("abbreviated truth values", Steps(1100, modulo=3, whole=True), [1100], torch.bool)
case("abbreviated complex numbers", Steps(1100), dtype=torch.complex64,
     imaginary=[-v for v in Steps(1100)])
case("abbreviated float8", Steps(1001, modulo=5), dtype=torch.float8_e5m2)
case("abbreviated uint16", Steps(1001, whole=True), dtype=torch.uint16)
case("requires a gradient", [1.0, 2.0], requires_grad=True)
case("made by an addition", [1.0, 2.0], requires_grad=True, function="add")
case("made by a sum", [1.0, 2.5], requires_grad=True, function="sum")
case("made by a view", [1.0, 2.0, 3.0, 4.0], [2, 2], requires_grad=True, function="view")
case("transposed", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 3], function="transpose")
case("expanded", [1.0, 2.0], function="expand")
case("a suffix that fits no more", normal(7), requires_grad=True, function="add")
case("two suffixes that fit no more", normal(7), dtype=torch.float64, requires_grad=True, function="add")
case("suffixes behind several lines", normal(8), [2, 4], torch.float64, requires_grad=True, function="add")
case("suffixes behind a full line", normal(6), dtype=torch.bfloat16, requires_grad=True)
case("an empty one that requires a gradient", [], [0, 2], torch.float64, requires_grad=True)

fixture.write("tensor-descriptions", cases)
