#!/usr/bin/env python3
"""Makes digits.csv, the data of the digits example, from the copy inside scikit-learn's wheel.

    python3 make-digits.py [FILE]

writes FILE, or digits.csv beside this script. It needs pip and a network, and nothing else: the wheel is downloaded
into a temporary folder and read there, never installed.
"""

import gzip
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

SCIKIT_LEARN = "1.9.1"
MEMBER = "sklearn/datasets/data/digits.csv.gz"
ROWS = 1797
PIXELS = 64
SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"


def download(folder: pathlib.Path) -> pathlib.Path:
    """Lets pip fetch the wheel into the folder, and returns its path."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "--dest", str(folder), f"scikit-learn=={SCIKIT_LEARN}"], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def whole(text: str) -> int:
    """The integer that a number in the file stands for, however it is written there."""
    number = float(text)
    if not number.is_integer():
        raise SystemExit(f"make-digits: {text} is not a whole number")
    return int(number)


def convert(compressed: bytes) -> bytes:
    """Turns the gzipped file into rows of integers, and checks their number and their ranges."""
    rows = [[whole(value) for value in line.split(",")] for line in gzip.decompress(compressed).decode().splitlines()]
    if len(rows) != ROWS:
        raise SystemExit(f"make-digits: {len(rows)} rows, not {ROWS}")
    for number, row in enumerate(rows, start=1):
        *pixels, label = row
        if len(pixels) != PIXELS or not all(0 <= pixel <= 16 for pixel in pixels) or not 0 <= label <= 9:
            raise SystemExit(f"make-digits: row {number} is not {PIXELS} pixels of 0 to 16 and a label of 0 to 9")
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def main() -> None:
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("digits.csv")
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(download(pathlib.Path(folder))) as wheel:
            data = convert(wheel.read(MEMBER))
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"make-digits: the SHA-256 is {digest}, not {SHA256}")
    target.write_bytes(data)
    print(f"{target}: {ROWS} rows, SHA-256 {digest}")


if __name__ == "__main__":
    main()
