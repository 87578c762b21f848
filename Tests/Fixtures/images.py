"""Image files, and what other programs find in them: Pillow in the files, torchvision in grids and in folders of classes.

Writes images/ and images.json. It needs torch, torchvision, Pillow, numpy and simplejpeg (for JPEGs of the kind YCCK).
"""

import base64
import io
import pathlib
import shutil
import struct
import tempfile
import zlib

import numpy
import simplejpeg
import torch
from PIL import Image, ImageOps

import fixture

FOLDER = pathlib.Path(__file__).parent / "images"
MODES = {"gray": "L", "grayAlpha": "LA", "rgb": "RGB", "rgba": "RGBA"}
files = []


def picture(height, width, channels, seed, depth=8):
    """Waves with noise, in all channels."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    waves = [numpy.sin(x / (3 + k) + k) * numpy.cos(y / (2 + k)) for k in range(channels)]
    unit = 0.5 + 0.4 * numpy.stack(waves, -1) + random.normal(0, 0.05, (height, width, channels))
    return (unit.clip(0, 1) * (2**depth - 1)).round().astype(numpy.uint8 if depth <= 8 else numpy.uint16)


def text(pixels):
    return base64.b64encode(numpy.ascontiguousarray(pixels).tobytes()).decode()


def convert(image, mode, is_jpeg):
    if is_jpeg and mode == "L" and image.mode != "CMYK":
        image.draft("L", image.size)  # the stored brightness, not that of the decoded colors
    image = ImageOps.exif_transpose(image)
    if "transparency" in image.info:
        # Pillow applies a single transparent color, or a palette's opacities, on the way to these modes only.
        image = image.convert("RGBA")
    return image.convert(mode)


def add(name, contents, channels, tolerance=0, depth=8, expected=None):
    """Adds a file, and what Pillow converts it to; `expected` are the pixels of a file that Pillow does not read well."""
    (FOLDER / name).write_bytes(contents)
    record = {"name": name, "channels": channels, "bitDepth": depth, "tolerance": tolerance, "pixels": {}}
    if expected is not None:
        record |= {"height": expected.shape[0], "width": expected.shape[1], "stored": text(expected)}
    if depth == 8:
        # With opacity only where it is not the same everywhere, to keep the fixture small.
        modes = MODES if name.startswith("png") or channels == 4 else {"gray": "L", "rgb": "RGB"}
        for key, mode in modes.items():
            image = convert(Image.open(io.BytesIO(contents)), mode, name.startswith("jpeg"))
            record |= {"height": image.height, "width": image.width}
            record["pixels"][key] = text(numpy.asarray(image))
    files.append(record)


def saved(pixels, format, mode=None, **options):
    stream = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels.squeeze(), mode)
    image.save(stream, format, **options)
    return stream.getvalue()


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data


# --- PNG files of the kinds that Pillow does not write -----------------------------------------------------------------


def png_rows(pixels, depth):
    """The rows of a picture [H, W, C] without compression, each behind a byte that says that it is not filtered."""
    rows = b""
    for row in pixels.reshape(pixels.shape[0], -1):
        if depth == 16:
            packed = row.astype(">u2").tobytes()
        else:
            bits = numpy.unpackbits(row.astype(numpy.uint8)[:, None], axis=1)[:, 8 - depth:]
            packed = numpy.packbits(bits.reshape(-1)).tobytes()
        rows += b"\0" + packed
    return rows


def png(pixels, depth, color, interlaced=False, chunks=()):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = pixels.shape[:2]
    if interlaced:
        # Adam7: the first row and column of each pass, and the steps between its rows and columns.
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
        parts = [pixels[top::down, left::right] for top, left, down, right in passes]
        rows = b"".join(png_rows(part, depth) for part in parts if part.size)
    else:
        rows = png_rows(pixels, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def add_pngs():
    gray, gray_alpha, rgb, rgba = (picture(11, 15, channels, channels) for channels in (1, 2, 3, 4))
    add("png-gray.png", saved(gray, "PNG"), 1)
    add("png-gray-alpha.png", saved(gray_alpha, "PNG", "LA"), 2)
    add("png-rgb.png", saved(rgb, "PNG"), 3)
    add("png-rgba.png", saved(rgba, "PNG"), 4)
    for depth in (1, 2, 4):
        add(f"png-gray-{depth}-bits.png", png(picture(11, 15, 1, depth, depth), depth, 0), 1)
    add("png-palette.png", saved(Image.fromarray(rgb).quantize(13), "PNG"), 3)
    add("png-palette-alpha.png", saved(Image.fromarray(rgb).quantize(5), "PNG", transparency=bytes([0, 99, 255])), 4)
    add("png-gray-transparent.png", saved(gray, "PNG", transparency=int(gray[3, 4, 0])), 2)
    add("png-rgb-transparent.png", saved(rgb, "PNG", transparency=tuple(map(int, rgb[3, 4]))), 4)
    add("png-orientation-6.png", saved(rgb, "PNG", exif=exif(6)), 3)
    add("png-chunks.png", saved(
        rgb, "PNG", icc_profile=bytes(200), dpi=(72, 72), pnginfo=text_chunks(), gamma=0.45), 3)
    add("png-interlaced.png", png(rgba, 8, 6, interlaced=True), 4)
    add("png-interlaced-bits.png", png(picture(9, 9, 1, 5, 1), 1, 0, interlaced=True), 1)
    for name, channels, color in (("gray", 1, 0), ("gray-alpha", 2, 4), ("rgb", 3, 2), ("rgba", 4, 6)):
        pixels = picture(7, 5, channels, channels, 16)
        add(f"png-{name}-16-bits.png", png(pixels, 16, color), channels, depth=16, expected=pixels)
    add("mislabeled.jpg", saved(rgb, "PNG"), 3)
    add("no-extension", saved(rgb, "PNG"), 3)


def text_chunks():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Title", "A picture", zip=True)
    info.add_itxt("Author", "Någon", zip=True)
    return info


def add_jpegs():
    rgb, gray = picture(21, 35, 3, 0), picture(21, 35, 1, 1)
    add("jpeg-gray.jpg", saved(gray, "JPEG", quality=90), 1, tolerance=2)
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2), ("411", "4:1:1")):
        add(f"jpeg-{name}.jpg", saved(rgb, "JPEG", quality=90, subsampling=subsampling), 3, tolerance=2)
    add("jpeg-progressive.jpg", saved(rgb, "JPEG", quality=90, progressive=True), 3, tolerance=2)
    add("jpeg-restarts.jpg", saved(rgb, "JPEG", quality=90, restart_marker_blocks=1), 3, tolerance=2)
    add("jpeg-cmyk.jpg", saved(Image.fromarray(picture(21, 35, 4, 2), "CMYK"), "JPEG", quality=90), 3, tolerance=2)
    ink = numpy.ascontiguousarray(picture(21, 35, 4, 3))
    add("jpeg-ycck.jpg", simplejpeg.encode_jpeg(ink, quality=90, colorspace="CMYK"), 3, tolerance=2)
    for orientation in range(1, 9):
        contents = saved(rgb[:9, :13], "JPEG", quality=95, subsampling=0, exif=exif(orientation))
        add(f"jpeg-orientation-{orientation}.jpg", contents, 3, tolerance=2)
    add("jpeg-named.png", saved(gray, "JPEG", quality=90), 1, tolerance=2)


def add_webps():
    rgb, rgba = picture(21, 35, 3, 0), picture(21, 35, 4, 1)
    add("webp-lossless.webp", saved(rgb, "WEBP", lossless=True), 3)
    add("webp-lossless-alpha.webp", saved(rgba, "WEBP", lossless=True, exact=True), 4)
    add("webp-lossy.webp", saved(rgb, "WEBP", quality=80), 3, tolerance=2)
    add("webp-lossy-alpha.webp", saved(rgba, "WEBP", quality=80), 4, tolerance=2)
    add("webp-orientation-8.webp", saved(rgb, "WEBP", lossless=True, exif=exif(8)), 3)


def others():
    """Files that are no images, or of other formats, by their names in errors."""
    rgb = Image.fromarray(picture(5, 6, 3, 0))
    frames = [Image.fromarray(picture(5, 6, 3, seed)) for seed in range(2)]
    contents = {
        "GIF": saved(rgb, "GIF"), "BMP": saved(rgb, "BMP"), "TIFF": saved(rgb, "TIFF"),
        "animation": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True),
    }
    return [{"name": name, "contents": base64.b64encode(data).decode()} for name, data in contents.items()]


def encodings():
    """Pictures, and the JPEGs that Pillow makes of them."""
    cases = []
    for channels, options in (
            (3, {}), (3, {"quality": 95, "subsampling": 0}), (3, {"quality": 40, "subsampling": 1}),
            (3, {"progressive": True}), (1, {"quality": 90})):
        pixels = picture(19, 27, channels, channels + 7)
        cases.append({
            "channels": channels, "height": 19, "width": 27, "pixels": text(pixels),
            "quality": options.get("quality", 75), "subsampling": options.get("subsampling", 2),
            "progressive": options.get("progressive", False),
            "decoded": text(numpy.asarray(Image.open(io.BytesIO(saved(pixels, "JPEG", **options))))),
        })
    return cases


# --- torchvision -------------------------------------------------------------------------------------------------------


def import_torchvision():
    """Also imports a build for CUDA beside a torch without: its operators are missing then, and no image needs them."""
    try:
        torch.ops.torchvision.nms
    except (AttributeError, RuntimeError):
        import_torchvision.library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            import_torchvision.library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision.datasets
    import torchvision.utils

    return torchvision


def grids():
    torchvision = import_torchvision()
    generator = torch.Generator().manual_seed(0)
    cases = []
    for shape, options in (
            ([5, 3, 4, 6], {"nrow": 3}), ([5, 1, 4, 6], {"nrow": 8, "padding": 1, "pad_value": 0.5}),
            ([1, 3, 4, 6], {}), ([3, 4, 6], {}), ([4, 6], {}), ([4, 3, 2, 2], {"nrow": 2, "padding": 0}),
            ([3, 3, 4, 4], {"normalize": True}), ([3, 3, 4, 4], {"normalize": True, "value_range": (-1, 0.5)}),
            ([3, 3, 4, 4], {"normalize": True, "scale_each": True}), ([2, 2, 3, 3], {})):
        images = torch.randn(shape, generator=generator)
        grid = torchvision.utils.make_grid(images, **options)
        cases.append({"images": fixture.tensor(images), "grid": fixture.tensor(grid)} | options)
    return cases


def pictures():
    """What torchvision's save_image writes for numbers within and outside of the range from 0 to 1."""
    torchvision = import_torchvision()
    images = torch.cat([torch.linspace(-0.2, 1.2, 3 * 5 * 6), torch.arange(90) / 255]).reshape(3, 10, 6)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "image.png")
        torchvision.utils.save_image(images, path)
        pixels = numpy.asarray(Image.open(path))
    return {"image": fixture.tensor(images), "pixels": text(pixels)}


def folders():
    """The order in which torchvision lists the files of a folder of classes."""
    torchvision = import_torchvision()
    names = [
        "b/2.jpg", "b/10.jpg", "b/1.PNG", "B/x.jpeg", "a/c/1.jpg", "a/c-d/1.jpg", "a/c.jpg", "a/é.jpg", "a/z.webp",
        "é/1.jpg", "z/deep/er/1.png", "z/notes.txt", "a/🙂.jpg", "a/ﬀ.jpg",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        found = torchvision.datasets.ImageFolder(folder)
        samples = [{"path": str(pathlib.Path(path).relative_to(folder)), "label": label} for path, label in found.samples]
    return {"names": names, "classes": found.classes, "samples": samples}


def main():
    if fixture.live_folder() is None:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    add_pngs()
    add_jpegs()
    add_webps()
    fixture.write("images", {
        "files": files, "others": others(), "encodings": encodings(), "grids": grids(), "picture": pictures(),
        "folder": folders(),
    })


main()
