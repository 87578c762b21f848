"""Checks exported networks with onnx, runs them with onnxruntime, and compares the outputs with those of the original.

    python3 validate.py FOLDER...

Each folder has network.onnx, and call.json, which names files of raw numbers. For each, one line of JSON is printed: its
error, or null. Ends with 3 if the packages are not installed.
"""

import json
import pathlib
import sys

try:
    import numpy
    import onnx
    import onnxruntime
except ImportError as error:
    print(error, file=sys.stderr)
    raise SystemExit(3)

# numpy has no bfloat16, and onnxruntime's processor code none either.
TYPES = {name: name for name in
         ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")}


def tensors(folder, parts):
    return [numpy.frombuffer((folder / part["file"]).read_bytes(), TYPES[part["dtype"]]).reshape(part["shape"])
            for part in parts]


def compare(folder):
    call = json.loads((folder / "call.json").read_text())
    path = str(folder / "network.onnx")
    onnx.checker.check_model(path, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [part["name"] for part in call["inputs"]]
    results = session.run([part["name"] for part in call["outputs"]], dict(zip(names, tensors(folder, call["inputs"]))))
    for part, result, expected in zip(call["outputs"], results, tensors(folder, call["outputs"])):
        if result.shape != expected.shape or result.dtype != expected.dtype:
            return f"{part['name']} is {result.dtype}{list(result.shape)} and not {expected.dtype}{list(expected.shape)}"
        if not numpy.allclose(result, expected, rtol=call["rtol"], atol=call["atol"], equal_nan=True):
            difference = numpy.abs(result.astype("float64") - expected.astype("float64"))
            return f"{part['name']} differs by up to {numpy.nanmax(difference):.3g}"
    return None


def main():
    for folder in map(pathlib.Path, sys.argv[1:]):
        try:
            error = compare(folder)
        except Exception as failure:  # whatever a package says of a network is the answer
            error = f"{type(failure).__name__}: {failure}"
        print(json.dumps({"error": error}), flush=True)


main()
