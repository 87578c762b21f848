"""Prints what numpy finds in a .npz file: each array's name, type, shape and sum."""

import sys

import numpy as np

with np.load(sys.argv[1]) as file:
    for name in file.files:
        print(name, file[name].dtype, file[name].shape, file[name].sum())
