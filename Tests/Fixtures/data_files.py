"""Files of numpy, gzip, tarfile, csv, json and the programs tar and gzip, for the tests of HeliosData, and data-files.json
with what each holds.

It needs numpy 2.4 and the program tar of GNU. Run it from anywhere: python3 -B Tests/Fixtures/data_files.py
"""

import csv
import gzip
import io
import json
import pathlib
import random
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib

import numpy as np

folder = pathlib.Path(__file__).with_name("data-files")
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir()
contents = {}


def numbers(array):
    array = np.asarray(array)
    if np.iscomplexobj(array):
        return [[float(x.real), float(x.imag)] for x in array.flatten()]
    return [[float(x)] for x in array.flatten()]


def described(name, array):
    return {"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "values": numbers(array)}


# Arrays.

rng = np.random.default_rng(0)
arrays = {}
for code in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]:
    for order in ["<", ">"] if code not in ("b1", "i1", "u1") else ["|"]:
        values = rng.integers(0, 2 if code == "b1" else 120, (2, 3)).astype(order + code)
        if code[0] in "fc":
            values = values / np.array(8, dtype=order + code)
        if code[0] == "c":
            values = values * np.array(1 + 2j, dtype=order + code)
        if code[0] == "i":
            values = -values
        values = values.astype(order + code)
        arrays[f"{code}-{'big' if order == '>' else 'little'}"] = values
arrays["fortran"] = np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
arrays["fortran-big"] = np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3))
arrays["scalar"] = np.array(1.5)
arrays["empty"] = np.zeros((0, 3), dtype=np.float32)
arrays["one"] = np.arange(5, dtype=np.int64)
contents["npy"] = []
for name, array in arrays.items():
    np.save(folder / f"{name}.npy", array)
    contents["npy"].append(described(f"{name}.npy", array))
for version in [(2, 0), (3, 0)]:
    with open(folder / f"version-{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, arrays["one"], version=version)
    contents["npy"].append(described(f"version-{version[0]}.npy", arrays["one"]))
refused = {
    "object": np.array([{}, None], dtype=object), "text": np.array(["a", "bc"]), "bytes": np.array([b"a"]),
    "date": np.array(["2026-01-01"], dtype="datetime64[D]"), "record": np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]),
    "long-double": np.zeros(1, dtype=np.longdouble),
}  # fmt: skip
for name, array in refused.items():
    np.save(folder / f"refused-{name}.npy", array, allow_pickle=True)
contents["refused"] = [f"refused-{name}.npy" for name in refused]

sets = {"x": arrays["f4-little"], "y": arrays["one"], "fortran": arrays["fortran"], "big": arrays["f8-big"]}
np.savez(folder / "stored.npz", **sets)
np.savez_compressed(folder / "deflated.npz", **sets, long=np.zeros(5000, dtype=np.float32))
contents["npz"] = [described(name, array) for name, array in sets.items()]

# IDX, in the layout of MNIST, plain and packed.

images = rng.integers(0, 256, (7, 28, 28)).astype(np.uint8)
labels = rng.integers(0, 10, 7).astype(np.uint8)
idx = {
    "train-images-idx3-ubyte": struct.pack(">HBBIII", 0, 8, 3, *images.shape) + images.tobytes(),
    "train-labels-idx1-ubyte": struct.pack(">HBBI", 0, 8, 1, 7) + labels.tobytes(),
}
(folder / "mnist").mkdir()
for name, data in idx.items():
    (folder / "mnist" / (name + ".gz")).write_bytes(gzip.compress(data, mtime=0))
contents["mnist"] = {"labels": labels.tolist(), "sums": images.astype(int).sum((1, 2)).tolist()}
idx_types = [(0x09, ">i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")]
contents["idx"] = []
for code, dtype in idx_types:
    array = np.arange(-3, 3).astype(dtype).reshape(2, 3)
    (folder / f"{dtype[1:]}.idx").write_bytes(struct.pack(">HBBII", 0, code, 2, 2, 3) + array.tobytes())
    contents["idx"].append(described(f"{dtype[1:]}.idx", array))

# Gzip files: the program's, several members, with a name and a comment.

text = "".join(f"{i} and a line of text\n" for i in range(3000)).encode()
(folder / "text").write_bytes(text)
subprocess.run(["gzip", "-kn", str(folder / "text")], check=True)
(folder / "text").unlink()
(folder / "members.gz").write_bytes(gzip.compress(text[:1000], mtime=0) + gzip.compress(text[1000:], mtime=0) + bytes(512))
raw = zlib.compressobj(9, zlib.DEFLATED, -15)
(folder / "fields.gz").write_bytes(
    bytes([0x1F, 0x8B, 8, 0x1E, 0, 0, 0, 0, 0, 3]) + struct.pack("<H", 4) + b"abcd" + b"name\0" + b"comment\0" + b"\0\0"
    + raw.compress(text) + raw.flush() + struct.pack("<II", zlib.crc32(text), len(text)))
contents["gzip"] = {"size": len(text), "crc": zlib.crc32(text)}

# Tables: what numpy reads from the same text.

random.seed(0)
words = [repr(random.uniform(-1, 1) * 10.0 ** random.randint(-30, 30)) for _ in range(200)]
words += ["1", "-0", "+3", ".5", "5.", "1e5", "1E-5", "123456789012345678901234567890", "0.1e-7", "9007199254740993",
          "2.2250738585072011e-308", "1.7976931348623157e308", "4.9e-324", "0.000000000000000000000000000000001", "nan", "inf",
          "-Infinity"]
contents["numbers"] = [{"text": word, "bits": struct.unpack("<Q", struct.pack("<d", float(word)))[0] % 2**63,
                        "isNegative": str(float(word)).startswith("-")} for word in words]  # fmt: skip

# Archives.

# Longer than the hundred bytes that the oldest headers have for a name.
long = "train/" + "folder-" * 12 + "/" + "name-" * 10
files = {
    "train/0000.jpg": bytes(range(256)) * 3, "train/0000.cls": b"7\n", "train/0001.jpg": b"", "train/0001.cls": b"3",
    "train/0002.seg.png": b"x" * 512, "train/0002.json": b'{"a": [1, 2.5], "b": "c"}', "train/0002.txt": "Käse\n".encode(),
    "README": b"belongs to no sample", long + ".cls": b"1",
    long + ".jpg": b"y" * 1000, "train/ä.cls": b"2", "train/ä.jpg": b"z",
}  # fmt: skip
contents["tar"] = {"files": [{"name": n, "size": len(d), "crc": zlib.crc32(d)} for n, d in files.items()], "archives": []}


def fill(archive):
    directory = tarfile.TarInfo("train")
    directory.type = tarfile.DIRTYPE
    archive.addfile(directory)
    for name, data in files.items():
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    link = tarfile.TarInfo("link.cls")
    link.type, link.linkname = tarfile.SYMTYPE, "train/0000.cls"
    archive.addfile(link)


for name, form in [("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT), ("ustar", tarfile.USTAR_FORMAT)]:
    with tarfile.open(folder / f"python-{name}.tar", "w", format=form) as archive:
        fill(archive)
    contents["tar"]["archives"].append(f"python-{name}.tar")
with tempfile.TemporaryDirectory() as place:
    for name, data in files.items():
        path = pathlib.Path(place, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    for form in ["gnu", "pax", "ustar", "oldgnu"]:
        options = ["--format", form, "--owner=0", "--group=0", "--mtime=2026-01-01", "--numeric-owner"]
        if form == "pax":
            options.append("--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime")
        output = folder / f"system-{form}.tar"
        subprocess.run(["tar", *options, "-cf", output, "-C", place, *files], check=True)
        contents["tar"]["archives"].append(output.name)
(folder / "python-gnu.tar.gz").write_bytes(gzip.compress((folder / "python-gnu.tar").read_bytes(), mtime=0))
contents["tar"]["archives"].append("python-gnu.tar.gz")
sizes = [0, 1, 511, 8**11 - 1, 8**11, 2**40, 2**62]
contents["tar"]["sizes"] = [{"number": n, "field": tarfile.itn(n, 12, tarfile.GNU_FORMAT).hex()} for n in sizes]

# Zip archives that are no arrays.

with zipfile.ZipFile(folder / "other.npz", "w") as archive:
    archive.writestr(zipfile.ZipInfo("a.txt"), "text")
with zipfile.ZipFile(folder / "none.npz", "w"):
    pass

# JSON lines, tables and lists of files, as Python's json and csv write them.

awkward = ["plain", "", "Käse 中文 \U0001f600",
           "a \"b\" \\ / \t\n\r\b\f\0\x1f\x7f", "\u2028\u2029\ufeff", "e\u0301 \u00e9",
           "\ud7ff\ue000\U0010ffff"]  # fmt: skip
integers = [0, -1, 2**53 + 1, 2**63 - 1, -(2**63)]
reals = [0.1, -0.0, 1e308, 5e-324, 1.5e-7, 1e22, 123456789.123456789]
with open(folder / "lines.jsonl", "w", encoding="utf-8", newline="") as file:
    for escapes in (True, False):
        for record in [{"texts": awkward, "integers": integers, "reals": reals, "none": None, "yes": True}]:
            file.write(json.dumps(record, ensure_ascii=escapes) + ("\r\n" if escapes else "\n"))
contents["lines"] = {"texts": awkward, "integers": integers, "reals": reals}
paths = ["a.jpg", "b, c.jpg", "d \"e\".jpg", "f;g.jpg", "Käse/中.jpg", " h .jpg", "'i'.jpg"]
for name, dialect in [("list.csv", "excel"), ("list-unix.csv", "unix"), ("list.tsv", "excel-tab")]:
    with open(folder / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, dialect)
        writer.writerow(["label", "path"])
        writer.writerows([f"class {index}", path] for index, path in enumerate(paths))
with open(folder / "list.jsonl", "w", encoding="utf-8") as file:
    for index, path in enumerate(paths):
        print(json.dumps({"label": f"class {index}", "path": path}), file=file)
contents["paths"] = paths
with open(folder / "quoted.csv", "w", newline="") as file:
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(["a, \"b\"", "c\nd"])
    writer.writerows([[x, -x] for x in reals])

# CIFAR's binary versions, in the published layout: labels, then a plane of each color, row after row.

for name, rows in [("cifar10", [[3], [9]]), ("cifar100", [[19, 99], [0, 1]])]:
    (folder / name).mkdir()
    with open(folder / name / ("test_batch.bin" if name == "cifar10" else "test.bin"), "wb") as file:
        for index, labels in enumerate(rows):
            planes = b"".join(
                struct.pack("B", (plane * 80 + row * 3 + column * 5 + index) % 256)
                for plane in range(3) for row in range(32) for column in range(32))
            file.write(struct.pack(f"{len(labels)}B", *labels) + planes)

path = folder.parent / "data-files.json"
path.write_text(json.dumps(contents, separators=(",", ":")) + "\n")
print(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()), "bytes in files")
