"""Loads images, tensors that are in memory, or windows of a file of tokens, with one library, and prints what it took as JSON: the peer of
Benchmarks/Data.

    python3 data.py LIBRARY [--images FOLDER] [--tokens FILE] [--workers N] [--epochs N]

An image's way is the same with each: the file of a JPEG, in an order that is new in each epoch; a random part of it (8 to 100 %
of the area, sides of 3:4 to 4:3) resized to 224 by 224; mirrored every other time; normalized; 32 of them as one batch of
float32. The last epoch is timed, its first batch included; memory is measured during the epochs before it.
"""

import argparse
import concurrent.futures
import importlib.metadata
import json
import math
import os
import pathlib
import random
import sys
import time

import process_memory

BATCH, SIDE = 32, 224
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LIBRARIES = {}


def library(name, *packages):
    """Adds a function of paths and a number of workers to the libraries. It imports what it needs, and returns a function that
    makes a loader: a function that gives the batches of an epoch."""

    def add(function):
        LIBRARIES[name] = (function, packages)
        return function

    return add


# --- What several of them do ---


def part_of(width, height):
    """A random part as torchvision chooses it: left, top, width, height."""
    for _ in range(10):
        area = random.uniform(0.08, 1) * width * height
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round((area * ratio) ** 0.5), round((area / ratio) ** 0.5)
        if w <= width and h <= height and w and h:
            return random.randint(0, width - w), random.randint(0, height - h), w, h
    w, h = min(width, round(4 / 3 * height)), min(height, round(4 / 3 * width))
    return (width - w) // 2, (height - h) // 2, w, h


class Images:
    """A data set of what a function makes of each path."""

    def __init__(self, paths, load):
        self.paths, self.load = paths, load

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return self.load(self.paths[index])


def seed_worker(_):
    # A forked worker has its parent's generator, and would draw what the others draw.
    import torch

    random.seed(torch.initial_seed())


def torch_loader(data, workers):
    """A function that makes PyTorch's own loader."""
    from torch.utils.data import DataLoader

    def make():
        loader = DataLoader(
            data, BATCH, shuffle=True, drop_last=True, num_workers=workers, persistent_workers=workers > 0,
            worker_init_fn=seed_worker if workers else None)
        return lambda: loader

    return make


# --- The libraries ---


@library("torchvision", "torch", "torchvision", "pillow")
def with_torchvision(paths, workers):
    import torchvision_operators  # noqa: F401
    from PIL import Image
    from torchvision import transforms

    way = transforms.Compose([
        transforms.RandomResizedCrop(SIDE), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
        transforms.Normalize(MEAN, DEVIATION)])  # fmt: skip

    def load(path):
        with Image.open(path) as image:
            return way(image.convert("RGB"))

    return torch_loader(Images(paths, load), workers)


@library("torchvision-v2", "torch", "torchvision")
def with_torchvision_v2(paths, workers):
    import torch
    import torchvision_operators

    torchvision_operators.load_images()
    from torchvision.io import ImageReadMode, decode_jpeg, read_file
    from torchvision.transforms import v2

    way = v2.Compose([
        v2.RandomResizedCrop(SIDE, antialias=True), v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(MEAN, DEVIATION)])  # fmt: skip
    return torch_loader(Images(paths, lambda path: way(decode_jpeg(read_file(path), ImageReadMode.RGB))), workers)


def with_opencv_after(decode, paths, workers):
    """Cuts and resizes with OpenCV what another function decodes."""
    import cv2
    import numpy
    import torch

    cv2.setNumThreads(0)
    factor = numpy.array([1 / (255 * deviation) for deviation in DEVIATION], numpy.float32)
    shift = numpy.array([-mean / deviation for mean, deviation in zip(MEAN, DEVIATION)], numpy.float32)

    def load(path):
        pixels = decode(path)
        left, top, width, height = part_of(pixels.shape[1], pixels.shape[0])
        pixels = cv2.resize(pixels[top : top + height, left : left + width], (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        if random.random() < 0.5:
            pixels = pixels[:, ::-1]
        # A channel at a time: the batch is planar.
        result = numpy.empty((3, SIDE, SIDE), numpy.float32)
        for channel in range(3):
            numpy.multiply(pixels[:, :, channel], factor[channel], out=result[channel])
            result[channel] += shift[channel]
        return torch.from_numpy(result)

    return torch_loader(Images(paths, load), workers)


@library("opencv", "torch", "opencv-python-headless")
def with_opencv(paths, workers):
    import cv2

    return with_opencv_after(lambda path: cv2.imread(path, cv2.IMREAD_COLOR_RGB), paths, workers)


@library("simplejpeg", "torch", "simplejpeg", "opencv-python-headless")
def with_simplejpeg(paths, workers):
    import simplejpeg

    def decode(path):
        with open(path, "rb") as file:
            return simplejpeg.decode_jpeg(file.read())

    return with_opencv_after(decode, paths, workers)


@library("spdl", "torch", "spdl", "spdl-io", "spdl-core")
def with_spdl(paths, workers):
    import spdl.io
    import torch
    from spdl.pipeline import PipelineBuilder

    threads = max(workers, 1)
    factor = torch.tensor([1 / (255 * deviation) for deviation in DEVIATION]).view(3, 1, 1)
    shift = torch.tensor([mean / deviation for mean, deviation in zip(MEAN, DEVIATION)]).view(3, 1, 1)

    def load(path):
        packets = spdl.io.demux_image(path)
        left, top, width, height = part_of(packets.width, packets.height)
        steps = [f"crop={width}:{height}:{left}:{top}:exact=1", f"scale={SIDE}:{SIDE}:flags=bilinear"]
        steps += ["hflip"] if random.random() < 0.5 else []
        return spdl.io.decode_packets(packets, filter_desc=",".join([*steps, "format=pix_fmts=rgb24"]))

    def batch(frames):
        pixels = torch.from_numpy(spdl.io.to_numpy(spdl.io.convert_frames(frames))).permute(0, 3, 1, 2)
        result = torch.empty(len(frames), 3, SIDE, SIDE)
        return torch.mul(pixels, factor, out=result).sub_(shift)

    def epoch():
        torch.set_num_threads(1)
        pipeline = (
            PipelineBuilder().add_source(random.sample(paths, len(paths))).pipe(load, concurrency=threads)
            .aggregate(BATCH, drop_last=True).pipe(batch).add_sink(2).build(num_threads=threads))  # fmt: skip
        with pipeline.auto_stop():
            yield from pipeline

    return lambda: epoch


@library("dali", "nvidia-dali-cuda120", "nvidia-dali-cuda130")
def with_dali(paths, workers):
    import numpy
    from nvidia.dali import fn, pipeline_def, types

    @pipeline_def(batch_size=BATCH, num_threads=max(workers, 1), device_id=None, seed=1)
    def way():
        files, _ = fn.readers.file(files=paths, shuffle_after_epoch=True)
        images = fn.decoders.image_random_crop(
            files, device="cpu", random_area=[0.08, 1.0], random_aspect_ratio=[3 / 4, 4 / 3])
        return fn.crop_mirror_normalize(
            fn.resize(images, size=[SIDE, SIDE]), dtype=types.FLOAT, output_layout="CHW", mirror=fn.random.coin_flip(),
            mean=[255 * mean for mean in MEAN], std=[255 * deviation for deviation in DEVIATION])

    def make():
        pipeline = way()
        pipeline.build()

        def epoch():
            for _ in range(len(paths) // BATCH):
                yield numpy.asarray(pipeline.run()[0].as_tensor())

        return epoch

    return make


@library("decode-only", "simplejpeg")
def with_nothing_but_decoding(paths, workers):
    """A limit: whole images, from memory, decoded by libjpeg-turbo and dropped."""
    import simplejpeg

    def make():
        files = [pathlib.Path(path).read_bytes() for path in paths]
        threads = concurrent.futures.ThreadPoolExecutor(max(workers, 1))

        def epoch():
            order = random.sample(files, len(files))
            batches = [order[start : start + BATCH] for start in range(0, len(order) - BATCH + 1, BATCH)]
            yield from threads.map(lambda batch: [simplejpeg.decode_jpeg(file) for file in batch], batches)

        return epoch

    return make


@library("tensors", "torch")
def with_tensors(_, workers):
    import torch
    from torch.utils.data import TensorDataset

    def make():
        loader = torch_loader(TensorDataset(torch.rand(65536, 64)), workers)()
        return lambda: (rows for (rows,) in loader())

    return make


@library("tensors-index", "torch")
def with_tensors_by_index(_, workers):
    """A limit: a shuffled order, cut, and a row of the tensor for each of its numbers."""
    import torch

    def make():
        rows = torch.rand(65536, 64)
        return lambda: (rows[numbers] for numbers in torch.randperm(len(rows)).split(BATCH))

    return make


@library("text", "torch", "numpy")
def with_mapped_tokens(paths, workers):
    """Windows of 1,024 tokens and the same moved by one, as language models are often trained: a mapped array of NumPy, cut at
    random, with PyTorch's loader."""
    import numpy
    import torch

    length = 1024

    class Windows:
        def __len__(self):
            return 4000 * BATCH

        def __getitem__(self, _):
            start = random.randrange(len(tokens) - length)
            window = torch.from_numpy(tokens[start : start + length + 1].astype(numpy.int64))
            return window[:-1], window[1:]

    tokens = numpy.memmap(paths[0], numpy.uint16, "r")
    return torch_loader(Windows(), workers)


# --- The measurement ---


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def check(name, batch):
    """Stops if a batch is not what was asked for: who does less is faster."""
    if name == "decode-only":
        assert len(batch) == BATCH and batch[0].shape[2] == 3
        return
    if name.startswith("text"):
        assert tuple(batch[0].shape) == (BATCH, 1024), batch[0].shape
        return
    shape = (BATCH, 64) if name.startswith("tensors") else (BATCH, 3, SIDE, SIDE)
    assert tuple(batch.shape) == shape and "float32" in str(batch.dtype), f"{batch.shape} of {batch.dtype}"
    if len(shape) == 4:
        least, greatest = float(batch.min()), float(batch.max())
        assert -2.2 < least < -0.5 and 0.5 < greatest < 2.7, f"from {least} to {greatest}"


def measure(name, paths, workers, epochs):
    prepare, packages = LIBRARIES[name]
    start = time.perf_counter()
    make = prepare(paths, workers)
    result = {"import_seconds": round(time.perf_counter() - start, 3)}
    watch = None
    start = time.perf_counter()
    epoch = make()
    for _ in range(epochs - 1):
        for batch in epoch():
            if "first_batch_seconds" not in result:
                result["first_batch_seconds"] = round(time.perf_counter() - start, 4)
                # A look at the memory would hold up the first batch.
                watch = process_memory.Watch()
                check(name, batch)
    if watch is None:
        raise RuntimeError("it gave no batch")
    watch.stop()
    start = time.perf_counter()
    count = sum(1 for _ in epoch())
    seconds = time.perf_counter() - start
    if name.startswith(("tensors", "text")):
        result["batches_per_second"] = round(count / seconds, 1)
    else:
        result["images_per_second"] = round(count * BATCH / seconds, 1)
    versions = {package: version(package) for package in packages if version(package)}
    return result | {"pss_mib": round(watch.pss), "rss_mib": round(watch.rss), "versions": versions}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", choices=list(LIBRARIES))
    parser.add_argument("--images", type=pathlib.Path)
    parser.add_argument("--tokens")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    if options.epochs < 2:
        parser.error("--epochs must be at least 2: the last one is timed, and memory is that of those before")
    paths = sorted(map(str, options.images.rglob("*.jpg"))) if options.images else []
    if options.library.startswith("text"):
        if not options.tokens:
            parser.error("--tokens must name a file of uint16 tokens")
        paths = [options.tokens]
    elif len(paths) < BATCH and not options.library.startswith("tensors"):
        parser.error(f"--images must name a folder with at least {BATCH} JPEG files")
    random.seed(1)
    line = {"framework": options.library, "workers": options.workers, "images": len(paths), "batch": BATCH}
    if options.library.startswith("text"):
        line["images"] = 0
    try:
        line |= measure(options.library, paths, options.workers, options.epochs)
    except (ImportError, OSError, RuntimeError) as error:
        line["error"] = f"{type(error).__name__}: {error}".splitlines()[0]
    print(json.dumps(line | {"cpus": len(os.sched_getaffinity(0))}), flush=True)
    sys.exit("error" in line)


if __name__ == "__main__":
    main()
