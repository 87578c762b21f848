"""Prints the scores that onnxruntime computes for the digits of the test with an exported network, a line of JSON for each.

    python3 classify_digits_onnx.py NETWORK.onnx DIGITS.csv
"""

import json
import sys

import numpy
import onnxruntime

rows = numpy.loadtxt(sys.argv[2], delimiter=",", dtype="float32")[1437:]
images = (rows[:, :64] / 16).reshape(-1, 1, 8, 8)
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
(scores,) = session.run(None, {session.get_inputs()[0].name: images})
for row in scores:
    print(json.dumps([float(score) for score in row]))
