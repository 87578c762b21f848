"""Writes data sets in the layouts that torchvision reads, and prints what torchvision reads there.

    python3 Tests/Fixtures/torchvision_datasets.py <folder>

MNIST is one set of files for both. CIFAR has a version for Python, which torchvision reads, and a binary one, which HeliosData
reads: a batch of the first is a pickled dictionary with rows of 3,072 bytes, a file of the second has the same rows, each
behind its labels (https://www.cs.toronto.edu/~kriz/cifar.html). Both are written from the same rows.

Each line is the name of a set, and its images and labels as JSON. HELIOS_TORCHVISION names the folder that torchvision, Pillow
and numpy are in if they are not installed.
"""

import base64
import json
import os
import pathlib
import pickle
import struct
import sys

sys.path += filter(None, [os.environ.get("HELIOS_TORCHVISION")])
sys.path.append(os.environ.get("HELIOS_PYTHON") or str(pathlib.Path(__file__).parents[2] / ".libtorch/python"))
if "torchvision" not in sys.modules:
    sys.path.append(str(pathlib.Path(__file__).parents[2] / "Benchmarks" / "Peers"))
    import torchvision_operators  # noqa: F401
import numpy
from torchvision import datasets

folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(16)


class CIFAR10(datasets.CIFAR10):
    """Without the checksums of the published files."""

    train_list = [[f"data_batch_{number}", None] for number in range(1, 6)]
    test_list = [["test_batch", None]]
    meta = {"filename": "batches.meta", "key": "label_names", "md5": None}


class CIFAR100(datasets.CIFAR100):
    train_list = [["train", None]]
    test_list = [["test", None]]
    meta = {"filename": "meta", "key": "fine_label_names", "md5": None}


def write_mnist(kind, count):
    images = random.integers(0, 256, (count, 28, 28), dtype=numpy.uint8)
    labels = random.integers(0, 10, count, dtype=numpy.uint8)
    place = folder / "MNIST" / "raw"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{kind}-images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, count, 28, 28) + images.tobytes())
    (place / f"{kind}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + labels.tobytes())


def write_pickle(inner, name, contents):
    place = folder / inner
    place.mkdir(exist_ok=True)
    # As Python 2 wrote the published files.
    (place / name).write_bytes(pickle.dumps(contents, protocol=2))


def write_cifar(python, binary, name, count, kinds):
    """`kinds` has for each kind of labels its key in the pickle and the number of classes, in the order of a record."""
    rows = random.integers(0, 256, (count, 3072), dtype=numpy.uint8)
    labels = {key: random.integers(0, classes, count).tolist() for key, classes in kinds.items()}
    write_pickle(python, name, {"data": rows, **labels})
    place = folder / binary
    place.mkdir(exist_ok=True)
    records = [bytes(labels[key][row] for key in kinds) + rows[row].tobytes() for row in range(count)]
    (place / f"{name}.bin").write_bytes(b"".join(records))


def describe(name, dataset):
    images = [numpy.asarray(image).reshape(*image.size[::-1], -1).transpose(2, 0, 1) for image, _ in dataset]
    print(name, json.dumps({
        "shape": [len(images), *images[0].shape],
        "pixels": base64.b64encode(numpy.stack(images).tobytes()).decode(),
        "labels": [int(label) for _, label in dataset],
    }))  # fmt: skip


for kind, count in [("train", 5), ("t10k", 3)]:
    write_mnist(kind, count)
for name, count in [(f"data_batch_{number}", number % 3 + 1) for number in range(1, 6)] + [("test_batch", 3)]:
    write_cifar("cifar-10-batches-py", "cifar-10-batches-bin", name, count, {"labels": 10})
write_pickle("cifar-10-batches-py", "batches.meta", {"label_names": [f"class {number}" for number in range(10)]})
for name, count in [("train", 4), ("test", 2)]:
    write_cifar("cifar-100-python", "cifar-100-binary", name, count, {"coarse_labels": 20, "fine_labels": 100})
write_pickle("cifar-100-python", "meta", {"fine_label_names": [f"class {number}" for number in range(100)]})

for part in ("training", "test"):
    for make in (datasets.MNIST, CIFAR10, CIFAR100):
        describe(f"{make.__name__} {part}", make(folder, train=part == "training", download=False))
