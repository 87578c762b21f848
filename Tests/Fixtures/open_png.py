"""Prints what Pillow finds in PNG files, as JSON: a line for each, with width, height, mode and pixels.

It needs Pillow, which comes with tensorboard: see open_events.py.
"""

import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path += filter(None, [os.environ.get("HELIOS_TENSORBOARD"), str(ROOT / ".libtorch/python")])

from PIL import Image

for path in sys.argv[1:]:
    image = Image.open(path)
    image.load()
    print(json.dumps({"width": image.width, "height": image.height, "mode": image.mode, "pixels": list(image.tobytes())}))
