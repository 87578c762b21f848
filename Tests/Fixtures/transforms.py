"""Records what torchvision's transforms (version 2) do to small images.

Writes transforms.json: images, and operations on them with options and results. An image is written as its bytes in
base64, so that the file stays small. Needs torchvision 0.28 or later; a build for CUDA serves beside a PyTorch without.
HELIOS_TORCHVISION names the folder that torchvision and Pillow are in if they are not installed. With --live, the file
has no cases if torchvision is missing.

The policies and magnitudes of automatic augmentation are recorded too, and the conversions to YCbCr as Python Helios
2.0.1 computes them (helios/data/functional.py), by the numbers of its formula.
"""

import base64
import importlib.util
import os
import pathlib
import sys

import torch
from fixture import live_folder, write

sys.path += filter(None, [os.environ.get("HELIOS_TORCHVISION")])
sys.path.append(os.environ.get("HELIOS_PYTHON") or str(pathlib.Path(__file__).parents[2] / ".libtorch/python"))


def import_transforms():
    """torchvision.transforms.v2; None if it is missing and may be."""
    found = importlib.util.find_spec("torchvision")
    if found is None or importlib.util.find_spec("PIL") is None:
        if live_folder() is None:
            raise ImportError("torchvision and Pillow are needed")
        return None
    try:
        torch.ops.load_library(str(pathlib.Path(found.submodule_search_locations[0]) / "_C.so"))
    except OSError:
        # The operators of a build for another PyTorch are missing. No transform calls them; they are only declared.
        if not hasattr(torch.ops.torchvision, "nms"):
            library = torch.library.Library("torchvision", "DEF")
            for name in ("nms", "qnms"):
                library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            torch.transforms_library = library  # The operators are there as long as this object is.
    from torchvision.transforms import v2

    return v2


v2 = import_transforms()
generator = torch.Generator().manual_seed(16)
images, cases, boxes_cases = {}, [], []


def packed(tensor):
    tensor = tensor.contiguous()
    if tensor.dtype == torch.bool:
        tensor = tensor.to(torch.uint8)
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "bytes": base64.b64encode(tensor.numpy().tobytes()).decode(),
    }


def picture(channels, height, width):
    """A smooth picture with some noise."""
    y = torch.linspace(0, 3, height).view(1, -1, 1)
    x = torch.linspace(0, 4, width).view(1, 1, -1)
    phase = torch.arange(channels).view(-1, 1, 1) * 1.3
    smooth = 120 + 90 * torch.sin(x + phase) * torch.cos(y - 0.7 * phase)
    noise = torch.randint(-40, 41, (channels, height, width), generator=generator)
    return (smooth + noise).clamp(0, 255).to(torch.uint8)


def add_image(name, tensor):
    images[name] = tensor


add_image("color", picture(3, 11, 14))
add_image("gray", picture(1, 11, 14))
add_image("square", picture(3, 12, 12))
add_image("dull", (picture(3, 11, 14) // 4 + 60))
add_image("numbers", picture(3, 7, 9).to(torch.float32) / 255)
add_image("masks", torch.stack([picture(1, 11, 14)[0] > 128, picture(1, 11, 14)[0] > 100]))


def number_list(value):
    return [float(part) for part in (value if isinstance(value, (list, tuple)) else [value])]


def add(operation, image, result, words=None, **numbers):
    cases.append({
        "operation": operation,
        "image": image,
        "words": words or {},
        "numbers": {name: number_list(value) for name, value in numbers.items() if value is not None},
        "result": packed(result),
    })


def record():
    F = v2.functional
    modes = v2.InterpolationMode
    color, square, numbers = images["color"], images["square"], images["numbers"]

    for name in ("color", "numbers", "gray"):
        image = images[name]
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic"):
            for size in ([6, 7], [15, 22], [11, 8]):
                for antialias in ((True, False) if mode in ("bilinear", "bicubic") else (False,)):
                    if name == "gray" and size != [6, 7]:
                        continue
                    result = F.resize(image, size, interpolation=modes(mode), antialias=antialias)
                    add("resize", name, result, {"interpolation": mode}, size=size, antialias=antialias)
    for size, limit in ((8, None), (8, 9), (None, 10), (20, None)):
        result = F.resize(color, None if size is None else [size], max_size=limit)
        add("resizeSide", "color", result, size=size, limit=limit)
    add("resize", "masks", F.resize_mask(images["masks"], [7, 9]), {"interpolation": "nearest"}, size=[7, 9], antialias=0)
    for region in ([2, 3, 6, 9], [-2, 4, 7, 20], [5, -3, 12, 8]):
        add("crop", "color", F.crop(color, *region), region=region)
    add("resizedCrop", "color", F.resized_crop(color, 2, 3, 8, 10, [6, 5], antialias=True), region=[2, 3, 8, 10], size=[6, 5])
    for size in ([6, 9], [7, 8], [16, 9], [16, 19], [11, 20]):
        add("centerCrop", "color", F.center_crop(color, size), size=size)
    add("fiveCrop", "color", torch.stack(F.five_crop(color, [6, 7])), size=[6, 7])
    for vertical in (False, True):
        add("tenCrop", "color", torch.stack(F.ten_crop(color, [6, 7], vertical_flip=vertical)), size=[6, 7], vertical=vertical)
    add("flipHorizontally", "color", F.horizontal_flip(color))
    add("flipVertically", "color", F.vertical_flip(color))

    for mode in ("nearest", "bilinear"):
        for name in ("color", "numbers"):
            image = images[name]
            for fill in (None, [0.25, 0.5, 0.75] if name == "numbers" else [10, 200, 90]):
                for angle, expand, center in ((30, False, None), (-75, True, None), (12.5, False, [4, 3])):
                    result = F.rotate(image, angle, modes(mode), expand, center, fill)
                    add("rotate", name, result, {"interpolation": mode}, angle=angle, expand=expand, center=center, fill=fill)
                for angle, translate, scale, shear, center in (
                    (15, [2, -1], 0.8, [5, 0], None), (0, [0, 0], 1.3, [-10, 20], None), (-40, [3, 2], 1, [0, 0], [2, 5]),
                ):
                    result = F.affine(image, angle, translate, scale, shear, modes(mode), fill, center)
                    add("affine", name, result, {"interpolation": mode}, angle=angle, translation=translate, scale=scale,
                        shear=shear, center=center, fill=fill)
                height, width = image.shape[-2:]
                starts = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
                ends = [[2, 1], [width - 3, 2], [width - 2, height - 4], [1, height - 2]]
                result = F.perspective(image, starts, ends, modes(mode), fill)
                add("perspective", name, result, {"interpolation": mode}, ends=[part for end in ends for part in end], fill=fill)
    for angle in (90, 180, 270):
        add("rotate", "square", F.rotate(square, angle), {"interpolation": "nearest"}, angle=angle, expand=False)
        add("rotate", "color", F.rotate(color, angle, expand=True), {"interpolation": "nearest"}, angle=angle, expand=True)
        add("rotate", "color", F.rotate(color, angle), {"interpolation": "nearest"}, angle=angle, expand=False)

    for name in ("color", "numbers", "gray"):
        image = images[name]
        for factor in (0, 1.7):
            add("brightness", name, F.adjust_brightness(image, factor), factor=factor)
            add("contrast", name, F.adjust_contrast(image, factor), factor=factor)
            add("saturation", name, F.adjust_saturation(image, factor), factor=factor)
            add("sharpness", name, F.adjust_sharpness(image, factor), factor=factor)
        for factor in (-0.4, 0.1):
            add("hue", name, F.adjust_hue(image, factor), factor=factor)
        add("gamma", name, F.adjust_gamma(image, 0.7, 1.2), gamma=0.7, gain=1.2)
        for channels in (1, 3):
            add("grayscale", name, F.rgb_to_grayscale(image, channels), channels=channels)
        add("invert", name, F.invert(image))
        for bits in (1, 4):
            add("posterize", name, F.posterize(image, bits), bits=bits)
        threshold = 0.4 if name == "numbers" else 100
        add("solarize", name, F.solarize(image, threshold), threshold=threshold)
        add("autocontrast", name, F.autocontrast(image))
        add("equalize", name, F.equalize(image))
        add("gaussianBlur", name, F.gaussian_blur(image, [3, 5], [0.9, 1.4]), kernel=[3, 5], sigma=[0.9, 1.4])
        add("gaussianBlur", name, F.gaussian_blur(image, [5, 3]), kernel=[5, 3])
        for mode in ("constant", "edge", "reflect", "symmetric"):
            add("pad", name, F.pad(image, [2, 1, 3, 4], 0.5 if name == "numbers" else 7, mode), {"mode": mode},
                margins=[2, 1, 3, 4], fill=0.5 if name == "numbers" else 7)
    add("autocontrast", "dull", F.autocontrast(images["dull"]))
    add("equalize", "dull", F.equalize(images["dull"]))
    add("pad", "color", F.pad(color, [2, 1, 3, 4], [10, 20, 30]), {"mode": "constant"}, margins=[2, 1, 3, 4], fill=[10, 20, 30])
    add("erase", "color", F.erase(color, 2, 3, 5, 6, torch.tensor([9, 8, 7], dtype=torch.uint8).view(3, 1, 1)),
        region=[2, 3, 5, 6], value=[9, 8, 7])
    add("normalize", "numbers", F.normalize(numbers, [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]), mean=[0.4, 0.5, 0.6], std=[0.2, 0.25, 0.3])
    for name, dtypes in (
        ("color", ("float32", "int16", "int32", "uint16")), ("numbers", ("uint8", "int16")),
    ):
        for dtype in dtypes:
            for scale in (True, False) if name == "color" else (True,):
                add("convert", name, F.to_dtype(images[name], getattr(torch, dtype), scale), {"dtype": dtype}, scale=scale)

    record_boxes(F)
    record_mixing()
    record_ycbcr()
    return {"spaces": record_spaces(), "policies": record_policies()}


def record_boxes(F):
    from torchvision import tv_tensors

    height, width = 11, 14
    values = torch.tensor([[1, 2, 9, 8], [0, 0, 14, 11], [9.5, 3.25, 13, 10]])
    boxes = tv_tensors.BoundingBoxes(values, format="XYXY", canvas_size=(height, width))

    def keep(operation, result, **numbers):
        boxes_cases.append({
            "operation": operation,
            "numbers": {name: number_list(value) for name, value in numbers.items() if value is not None},
            "boxes": values.flatten().tolist(),
            "result": result.as_subclass(torch.Tensor).to(torch.float64).flatten().tolist(),
        })

    keep("resize", F.resize(boxes, [7, 31]), size=[7, 31])
    keep("crop", F.crop(boxes, 2, 3, 6, 9), region=[2, 3, 6, 9])
    keep("flipHorizontally", F.horizontal_flip(boxes))
    keep("flipVertically", F.vertical_flip(boxes))
    keep("pad", F.pad(boxes, [2, 1, 3, 4]), margins=[2, 1, 3, 4])
    for angle, expand, center in ((30, False, None), (-75, True, None), (12.5, False, [4, 3])):
        keep("rotate", F.rotate(boxes, angle, expand=expand, center=center), angle=angle, expand=expand, center=center)
    keep("affine", F.affine(boxes, 15, [2, -1], 0.8, [5, 3]), angle=15, translation=[2, -1], scale=0.8, shear=[5, 3])
    ends = [[2, 1], [width - 3, 2], [width - 2, height - 4], [1, height - 2]]
    starts = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    keep("perspective", F.perspective(boxes, starts, ends), ends=[part for end in ends for part in end])


def record_spaces():
    """The magnitudes of each operation of each method, for an image of 11x14."""
    spaces = {}
    for name, space, bins in (
        ("auto", v2.AutoAugment._AUGMENTATION_SPACE, 10), ("rand", v2.RandAugment._AUGMENTATION_SPACE, 31),
        ("trivial", v2.TrivialAugmentWide._AUGMENTATION_SPACE, 31), ("mix", v2.AugMix._AUGMENTATION_SPACE, 10),
    ):
        spaces[name] = {}
        for operation, (magnitudes, signed) in space.items():
            values = magnitudes(bins, 11, 14)
            values = [0.0] * bins if values is None else values.to(torch.float64).tolist()
            spaces[name][operation] = {"isSigned": signed, "values": values}
    for operation in v2.AutoAugment._AUGMENTATION_SPACE:
        for magnitude in {"Posterize": (4,), "Solarize": (0.6,), "Rotate": (20.0, -100.0), "TranslateX": (3.7, -3.7),
                          "TranslateY": (2.9,)}.get(operation, (0.27, -0.27)):
            method = v2.RandAugment()
            result = method._apply_image_or_video_transform(
                images["color"], operation, magnitude, interpolation=v2.InterpolationMode.NEAREST, fill=method._fill)
            add("augment", "color", result, {"name": operation}, magnitude=magnitude)
    return spaces


def record_policies():
    from torchvision.transforms import AutoAugmentPolicy

    return {
        policy.value: [
            [[name, probability, bin or 0] for name, probability, bin in pair] for pair in v2.AutoAugment(policy)._policies
        ]
        for policy in AutoAugmentPolicy
    }


def record_mixing():
    """MixUp and CutMix of a batch, with a share and a rectangle that are given."""
    batch = torch.stack([images["numbers"] * part for part in (1, 0.5, 0.25)])
    labels = torch.tensor([2, 0, 1])
    mixing = v2.MixUp(num_classes=4)
    add("mixUp", "numbers", mixing.transform(batch, {"lam": 0.7, "labels": labels, "batch_size": 3}), share=0.7)
    add("mixUpTargets", "numbers", mixing.transform(labels, {"lam": 0.7, "labels": labels}), share=0.7)
    cutting = v2.CutMix(num_classes=4)
    parameters = {"box": (2, 1, 7, 6), "lam_adjusted": 1 - 25 / 63, "labels": labels, "batch_size": 3}
    add("cutMix", "numbers", cutting.transform(batch, parameters), region=[1, 2, 5, 5])
    add("cutMixTargets", "numbers", cutting.transform(labels, parameters), region=[1, 2, 5, 5])


def record_ycbcr():
    """The formula of ITU-R BT.601 in double precision."""
    weights = torch.tensor(
        [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]], dtype=torch.float64)
    offsets = torch.tensor([16.0, 128.0, 128.0], dtype=torch.float64)
    for name in ("color", "numbers"):
        image = images[name].to(torch.float64) / (255 if name == "color" else 1)
        for order in ("rgb", "bgr"):
            levels = torch.einsum("kc,chw->khw", weights, image if order == "rgb" else image.flip(0)) + offsets.view(3, 1, 1)
            for only_y in (True, False):
                result = levels[:1] if only_y else levels
                result = result.round().to(torch.uint8) if name == "color" else (result / 255).to(torch.float32)
                add("ycbcr", name, result, {"order": order}, onlyY=only_y)
            if name == "color":
                add("yChannel", name, levels[:1].to(torch.float32), {"order": order})


tables = {"spaces": {}, "policies": {}} if v2 is None else record()
write("transforms", {
    "images": {name: packed(image) for name, image in images.items()}, "cases": cases, "boxes": boxes_cases, **tables,
})
