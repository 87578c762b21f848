"""Runs the script that validates exported networks on every folder in a folder, in the order of their names."""

import pathlib
import runpy
import sys

root = pathlib.Path(__file__).resolve().parent.parent.parent
folder = pathlib.Path(sys.argv[1])
script = root / "Sources/HeliosONNX/Scripts/validate.py"
sys.argv = [str(script)] + [str(path) for path in sorted(folder.iterdir()) if path.is_dir()]
runpy.run_path(str(script), run_name="__main__")
