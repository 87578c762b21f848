"""Makes the pictures that loaders are compared on: JPEGs of 500 by 375 pixels, parts of six photographs with some noise.

    python3 pictures.py FOLDER [COUNT]

The photographs come with scikit-learn and scikit-image, of which only the files are used. The same pictures every time.
"""

import importlib.util
import pathlib
import sys

import numpy
from PIL import Image

WIDTH, HEIGHT = 500, 375
PHOTOGRAPHS = [
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("skimage", "data/astronaut.png"),
    ("skimage", "data/chelsea.png"),
    ("skimage", "data/coffee.png"),
    ("skimage", "data/rocket.jpg"),
]


def photographs() -> list[Image.Image]:
    images = []
    for package, file in PHOTOGRAPHS:
        spec = importlib.util.find_spec(package)
        path = pathlib.Path(spec.submodule_search_locations[0], file) if spec else None
        # scikit-image does not come with all of its photographs.
        if path and path.exists():
            images.append(Image.open(path).convert("RGB"))
    if not images:
        raise SystemExit("there are no photographs: install scikit-learn or scikit-image, or give --images FOLDER")
    return images


def make(folder: pathlib.Path, count: int) -> None:
    random = numpy.random.default_rng(1)
    sources = photographs()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        source = sources[number % len(sources)]
        # A part of the format of the picture, half as large as the photograph or larger.
        scale = random.uniform(0.5, 1) * min(source.width / WIDTH, source.height / HEIGHT)
        width, height = WIDTH * scale, HEIGHT * scale
        left, top = random.uniform(0, source.width - width), random.uniform(0, source.height - height)
        part = source.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, (left, top, left + width, top + height))
        noisy = numpy.asarray(part) + random.normal(0, random.uniform(1, 5), (HEIGHT, WIDTH, 3))
        Image.fromarray(noisy.round().clip(0, 255).astype(numpy.uint8)).save(folder / f"{number:05}.jpg", quality=90)


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
