"""Runs the script that validates exported networks on every folder in a folder, in the order of their names."""

import json
import os
import pathlib
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent.parent
folders = sorted(str(path) for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir())
scripts = ["Sources/HeliosPython/Scripts/conversation.py", "Sources/HeliosONNX/Scripts/validate.py"]
with tempfile.TemporaryFile() as requests:
    requests.write(json.dumps({"folders": folders}).encode() + b"\n")
    requests.seek(0)
    os.dup2(requests.fileno(), 0)
exec(compile("".join((root / script).read_text() for script in scripts), "validate.py", "exec"), {"__name__": "validate"})
