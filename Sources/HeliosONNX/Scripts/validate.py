"""Checks exported networks with onnx, runs them with onnxruntime, and compares the outputs with those of the original:
Helios runs this after conversation.py.

"ready" says that the packages are there, "failed" that they are not. Then comes a message with folders. Each has
network.onnx, and call.json, which names files of raw numbers. The answer is "errors": for each folder one, or null.
"""

import pathlib

try:
    numpy, onnx, onnxruntime = load("numpy"), load("onnx"), load("onnxruntime")
except Failure as failure:
    answer("failed", str(failure))
    raise SystemExit(1)

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


def find_error(folder):
    try:
        return compare(folder)
    except Exception as failure:  # whatever a package says of a network is the answer
        return f"{type(failure).__name__}: {describe(failure)}"


answer("ready", onnxruntime.__version__)
for message in messages(lambda: None):
    answer("errors", [find_error(pathlib.Path(folder)) for folder in message["folders"]])
