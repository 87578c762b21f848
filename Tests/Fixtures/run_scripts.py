"""Runs scripts of this folder one after another in one Python, for the tests: importing PyTorch takes seconds.

Each line of the standard input asks for one, as a list in JSON: its name and its arguments. What the script prints goes to the
standard output, then a line that begins with U+0004 and ends with what went wrong, in JSON, or null.
"""

import json
import pathlib
import runpy
import sys
import traceback

import torch

FOLDER = pathlib.Path(__file__).parent
# As in the tests that compare with it: several threads add up in another order.
torch.set_num_threads(1)

for line in iter(sys.stdin.readline, ""):
    script, *arguments = json.loads(line)
    sys.argv = [str(FOLDER / script), *arguments]
    complaint = None
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        complaint = None if end.code in (None, 0) else str(end.code)
    except Exception:
        complaint = traceback.format_exc()
    print("\x04" + json.dumps(complaint), flush=True)
