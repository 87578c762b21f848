"""Writes image files of random sizes and kinds into a folder, and prints what Pillow finds in each, as JSON: a line for each,
with the name, the size and the pixels as RGB.

It needs Pillow, which comes with tensorboard: see open_events.py.
"""

import base64
import json
import os
import pathlib
import random
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path += filter(None, [os.environ.get("HELIOS_TENSORBOARD"), str(ROOT / ".libtorch/python")])

from PIL import Image, ImageOps



def exif():
    """A random orientation as cameras and programs store it: in either byte order, as a SHORT or a LONG, behind others."""
    order = random.choice("<>")
    orientation, kind = random.randint(1, 8), random.choice([3, 4])
    value = struct.pack(order + ("HH" if kind == 3 else "I"), orientation, *([0] if kind == 3 else []))
    others = [struct.pack(order + "HHII", tag, 4, 1, 700) for tag in random.choice([[], [0x0100, 0x0101]])]
    entries = others + [struct.pack(order + "HHI", 0x0112, kind, 1) + value]
    header = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    directory = struct.pack(order + "H", len(entries)) + b"".join(entries) + struct.pack(order + "I", 0)
    return b"Exif\0\0" + header + directory


folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
for seed in range(count):
    random.seed(seed)
    size = random.randint(1, 90), random.randint(1, 90)
    # Noise, smoother in half of the images.
    small = tuple(max(1, side // random.choice([1, 7])) for side in size)
    image = Image.frombytes("RGB", small, random.randbytes(small[0] * small[1] * 3)).resize(size, Image.Resampling.BICUBIC)
    kind = random.choice(["JPEG", "JPEG", "PNG", "WEBP"])
    mode = random.choice({"JPEG": ["L", "RGB", "RGB", "CMYK"], "PNG": ["1", "L", "LA", "P", "RGB", "RGBA"],
                          "WEBP": ["RGB", "RGBA"]}[kind])
    options = {
        "JPEG": {"quality": random.randint(20, 100), "progressive": random.random() < 0.3,
                 "optimize": random.random() < 0.3, "subsampling": random.randint(0, 2)},
        "PNG": {"compress_level": random.randint(0, 9)},
        "WEBP": {"lossless": random.random() < 0.5, "quality": random.randint(20, 100), "exact": True},
    }[kind]
    if mode in ("L", "CMYK"):
        options.pop("subsampling", None)
    path = folder / f"{seed}.{kind.lower()}"
    image.convert(mode).save(path, kind, exif=exif(), **options)
    pixels = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    lossless = kind == "PNG" or options.get("lossless", False)
    print(json.dumps({
        "name": path.name, "width": pixels.width, "height": pixels.height, "tolerance": 0 if lossless else 2,
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
    }))
