"""Makes the seeds of the fuzzer: small files that are read, one for each way in which they can be built.

    PYTHONPATH=.libtorch/wheel-2.13.0:.libtorch/python python3 -B Fuzzing/make-corpus.py .build/debug/helios

The package tensorboard is in .libtorch/python, where scripts/test installs it. With the path of the built command, it also
makes those that Helios writes.

Files named `found-…` are not made here: each once ended in something else than an error, and is kept so that it does not
do so again.
"""

import collections
import io
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy
import torch
from torch.utils.tensorboard import SummaryWriter

FOLDER = pathlib.Path(__file__).parent / "Corpus"
FIXTURES = FOLDER.parents[1] / "Tests/Fixtures/torch-files"


def write(target, name, contents):
    path = FOLDER / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents)


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def values():
    torch.manual_seed(0)
    base = torch.arange(6, dtype=torch.float32)
    yield "state", torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)).state_dict()
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))])
    optimizer.param_groups[0]["params"][0].grad = torch.ones(2)
    optimizer.step()
    yield "optimizer", optimizer.state_dict()
    yield "views", {"base": base, "part": base[1:4], "turned": base.reshape(2, 3).t(), "same": base}
    yield "numbers", [None, True, 1, -300, 2**40, 2**80, 0.5, complex(1, 2), "text", b"bytes", (1, (2, (3, 4)))]
    yield "names", {"dtype": torch.float16, "device": torch.device("cuda", 1), "size": torch.Size([2, 3])}
    yield "containers", {"set": {1, 2}, "counter": collections.Counter("ab"), 3: collections.OrderedDict(a=1)}
    yield "types", [torch.zeros(2, dtype=dtype) for dtype in (torch.bfloat16, torch.complex64, torch.bool, torch.int64)]
    yield "float8", torch.zeros(2).to(torch.float8_e5m2)
    yield "sparse", torch.eye(2).to_sparse()
    yield "rows", torch.eye(2).to_sparse_csr()


def run_logs():
    """Logs as JSON lines and as tables."""

    def line(name, **value):
        return json.dumps({"step": 1, "name": name, **value, "time": 1000.25}, separators=(",", ":"))

    kinds = [
        {"value": 0.5}, {"value": "nan"}, {"text": "a \u00e9\n\"b\""},
        {"hyperparameters": {"values": {"rate": 0.1, "deep": True, "head": "x"}, "metrics": {"accuracy": 0.9}}},
        {"histogram": {"edges": [0, 1, 2], "counts": [3, 4]}},
        {"precision_recall": {"thresholds": [0, 1], "precision": [0.5, 1], "recall": [1, 0]}},
        {"confusion": {"classes": ["a", "b"], "counts": [1, 2, 3, 4]}},
        {"graph": [{"path": "Net/0", "module": "Linear(2, 2)", "parameters": 6}]},
    ]
    lines = [line(f"group/{number}", **kind) for number, kind in enumerate(kinds)]
    write("run-log", "kinds.jsonl", ("\n".join(lines) + "\n").encode())
    numbers = [f'{{"step":{step},"name":"loss","value":{1 / (step + 1)},"time":{1000 + step}.125}}' for step in range(20)]
    write("run-log", "numbers.jsonl", ("\n".join(numbers) + "\n").encode())
    write("run-log", "cut.jsonl", "\n".join(numbers)[:-20].encode())
    write("run-log", "numbers.csv", b"step,name,value,time\n" + b"".join(b"%d,loss,0.5,1.25\n" % i for i in range(20)))
    write("run-log", "quoted.csv", b'time,value,name,step\r\n1.5,nan,"a ""b"",\r\nc",-3\r\n1.5,-inf,d,4\r\n')


def safetensors(header, data=b"", pad=0):
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    text += b" " * pad
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def index(files, **metadata):
    return json.dumps({"metadata": metadata, "weight_map": files} if metadata else {"weight_map": files}).encode()


def shard_sets():
    """An index, and behind each marker the contents of the file `a`, then `b`; without them those of ShardSet.swift."""
    marker = b"\xffFILE\xff"
    usual = {"x": "a", "y": "a", "z": "b"}
    a = safetensors({"t": tensor("F32", [2], 0, 8)}, bytes(8))
    b = safetensors({"__metadata__": {"format": "pt"}, "u": tensor("BF16", [1, 2], 0, 4)}, bytes(4), pad=2)
    seeds = {
        # Read.
        "usual": index(usual, total_size=9),
        "order": index({"z": "b", "y": "a", "x": "a"}, total_size=9),
        "no-size": index(usual),
        "real-size": index(usual, total_size=9.0),
        "metadata": index(usual, total_size=9, total_parameters=3, format="pt", more={"a": [1, None, True]}),
        "indented": json.dumps(json.loads(index(usual, total_size=9)), indent=2).encode(),
        "one-file": index({"z": "b"}, total_size=1),
        "nothing": index({}, total_size=0),
        "own-files": marker.join([index({"t": "a", "u": "b"}, total_size=12), a, b]),
        "own-file": marker.join([index({"t": "a", "z": "b"}, total_size=9), a]),
        # Not read.
        "missing-file": index(usual | {"z": "c"}),
        "missing-tensor": index(usual | {"w": "b"}),
        "unnamed-tensor": index({"x": "a", "z": "b"}),
        "wrong-size": index(usual, total_size=10),
        "outside": index(usual | {"z": "../b"}),
        "folder": index(usual | {"z": "."}),
        "itself": index(usual | {"z": "model.safetensors.index.json"}),
        "two-spellings": index({"x": "\u00e9", "z": "e\u0301"}),
        "overflow": marker.join([index({"t": "a", "u": "b"}, total_size=1 << 63), safetensors(
            {"t": tensor("F32", [1 << 60, 0], 0, 0)}), safetensors({"u": tensor("U8", [1 << 62], 0, 1 << 62)})]),
    }  # fmt: skip
    for name, contents in seeds.items():
        write("shard-index", name, contents)


def events_files():
    """Events for TensorBoard."""

    def events(add):
        with tempfile.TemporaryDirectory() as folder:
            with SummaryWriter(folder) as writer:
                add(writer)
            files = pathlib.Path(folder).rglob("events*")
            return max(files, key=lambda file: file.stat().st_size).read_bytes()

    def record(name, contents):
        """The record in which a name is."""
        while contents:
            end = 16 + struct.unpack("<Q", contents[:8])[0]
            if name in contents[:end]:
                return contents[:end]
            contents = contents[end:]
        raise ValueError(f"no record has {name}")

    def scalars(writer):
        names = ["a", "näme with spaces", "train/loss", "a"]
        for step, (name, value) in enumerate(zip(names, [1, float("nan"), float("inf"), -2])):
            writer.add_scalar(name, value, step)

    def kinds(writer):
        writer.add_histogram("histogram", torch.arange(10.0), 1, bins=4)
        writer.add_image("image", torch.zeros(1, 2, 2), 1)
        writer.add_text("text", "**x**", 1)
        writer.add_pr_curve("curve", torch.tensor([0, 1]), torch.tensor([0.2, 0.8]), 1, num_thresholds=3)

    charts = events(lambda writer: writer.add_custom_scalars(
        {"Charts": {"x": ["Multiline", ["x/a", "x/b"]], "y": ["Multiline", ["y/.*"]]}}))
    hyperparameters = events(lambda writer: writer.add_hparams({"lr": 0.1, "kind": "sgd", "on": True}, {"score": 1.0}))
    write("events-file", "scalars", events(scalars))
    write("events-file", "cut", events(scalars)[:-7])
    write("events-file", "kinds", events(kinds))
    write("events-file", "charts", charts)
    write("events-file", "charts-record", record(b"custom_scalars__config__", charts))
    write("events-file", "hyperparameters", hyperparameters)
    write("events-file", "hyperparameters-record", record(b"session_start_info", hyperparameters))


def images():
    """Image files: the small ones that the tests read, which Pillow wrote."""
    for path in sorted((FIXTURES.parent / "images").iterdir()):
        target = path.name.partition("-")[0]
        if target in ("jpeg", "png", "webp"):
            write(target, path.name, path.read_bytes())


def data_files():
    """Files of data: those of the tests, and small ones."""
    tests = FIXTURES.parent / "data-files"
    for name in ["f4-little", "f8-big", "b1-little", "c16-little", "fortran", "scalar", "empty", "version-3"]:
        write("array", f"{name}.npy", (tests / f"{name}.npy").read_bytes())
    for name in ["stored.npz", "other.npz"]:
        write("array", name, (tests / name).read_bytes())
    buffer = io.BytesIO()
    numpy.savez_compressed(buffer, x=numpy.arange(3.0), y=numpy.zeros(200, dtype=numpy.int8))
    write("array", "deflated.npz", buffer.getvalue())
    for name in ["f4.idx", "i2.idx", "f8.idx", "mnist/train-labels-idx1-ubyte.gz"]:
        write("idx", name.split("/")[-1], (tests / name).read_bytes())
    write("idx", "fields.gz", (tests / "fields.gz").read_bytes()[:1000])
    records = (tests / "cifar100/test.bin").read_bytes()
    write("cifar", "ten", (tests / "cifar10/test_batch.bin").read_bytes())
    write("cifar", "hundred", records)
    write("cifar", "names", records[:len(records) // 2] + "apple\naquarium fish\r\n\n\u00e9\n".encode())
    write("cifar", "label", b"\x14" + records[1:len(records) // 2])
    write("cifar", "cut", records[:3000])
    write("table", "numbers", b"path,label\n1,2.5\n-3e5,\n")
    write("table", "list", b'path,label\r\n"a, ""b"".jpg",cat\r\nb/c.jpg,7\r\n')
    write("table", "odd", b'\xef\xbb\xbf1;2\n;nan\n"4";5\n')
    write("json-lines", "list", b'{"path": "a.jpg", "label": 1}\n\n{"path": "b.jpg", "label": "x", "more": [1, {"a": null}]}')
    write("json-lines", "one", b'{"path": "\\u00e9", "label": true}')
    for name in ["gpt2", "llama3", "bert-uncased", "characters", "mixed"]:
        tokenizer = json.loads((FIXTURES.parent / "tokenizer-files" / f"{name}.json").read_text())
        model = tokenizer["model"]
        # A few tokens of each: damage to the others finds nothing more.
        if "merges" in model:
            model["merges"] = model["merges"][:6]
            kept = {"".join(merge) for merge in model["merges"]} | {part for merge in model["merges"] for part in merge}
            kept |= {a + b.removeprefix("##") for a, b in model["merges"]}
        else:
            kept = set(list(model["vocab"])[:40])
        kept |= {token["content"] for token in tokenizer["added_tokens"]} | {chr(code) for code in range(0x61, 0x7B)}
        model["vocab"] = {token: id for token, id in model["vocab"].items() if token in kept}
        write("tokenizer", f"{name}.json", json.dumps(tokenizer, ensure_ascii=False).encode())
    for name in ["python-gnu.tar.gz"]:
        write("shard", name, (tests / name).read_bytes())
    for name in ["python-gnu", "python-pax", "system-ustar"]:
        # Without most of the zeros at the end.
        archive = (tests / f"{name}.tar").read_bytes().rstrip(b"\0")
        write("shard", f"{name}.tar", archive + bytes(-len(archive) % 512 + 1024))


def main():
    for name, value in values():
        write("torch-file", f"{name}.pth", saved(value))
        # A damaged record is found out by its checksum, so that what lies behind that is tried without.
        torch.serialization.set_crc32_options(False)
        write("torch-file", f"{name}-no-checksums.pth", saved(value))
        torch.serialization.set_crc32_options(True)
        write("legacy-file", f"{name}.pth", saved(value, _use_new_zipfile_serialization=False))
        with zipfile.ZipFile(io.BytesIO(saved(value))) as archive:
            pickle = next(record for record in archive.namelist() if record.endswith("/data.pkl"))
            write("pickle", f"{name}.pkl", archive.read(pickle))
    for protocol in (3, 4, 5):
        with zipfile.ZipFile(io.BytesIO(saved({"a": torch.ones(1), "b": ["x", "x"]}, pickle_protocol=protocol))) as it:
            write("pickle", f"protocol-{protocol}.pkl", it.read(next(n for n in it.namelist() if n.endswith("data.pkl"))))
    # What a hostile file would try.
    for path in sorted(FIXTURES.glob("*.pth")):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for record in archive.namelist():
                    if record.endswith("/data.pkl") and archive.getinfo(record).CRC:
                        write("pickle", f"fixture-{path.stem}.pkl", archive.read(record))

    write("safetensors", "empty.safetensors", safetensors({}))
    write("safetensors", "metadata.safetensors", safetensors({"__metadata__": {"format": "pt", "é": "\\ \n"}}))
    write("safetensors", "one.safetensors", safetensors({"a": tensor("F32", [2], 0, 8)}, bytes(8), pad=3))
    types = [("F64", 8), ("F16", 2), ("BF16", 2), ("I64", 8), ("U8", 1), ("BOOL", 1), ("F8_E4M3", 1), ("C64", 8)]
    header, end = {}, 0
    for name, size in types:
        header[name.lower()] = tensor(name, [2, 1], end, end + 2 * size)
        end += 2 * size
    write("safetensors", "types.safetensors", safetensors(header, bytes(end)))
    write("safetensors", "shapes.safetensors", safetensors(
        {"none": tensor("F32", [], 0, 4), "no elements": tensor("F32", [0, 3], 4, 4)}, bytes(4)))

    shard_sets()
    run_logs()
    events_files()
    images()
    data_files()

    for program in sys.argv[1:]:
        for name in ("state", "optimizer", "views"):
            source = FOLDER / "torch-file" / f"{name}.pth"
            for target in ("torch-file/ours-{}.pth", "safetensors/ours-{}.safetensors"):
                path = FOLDER / target.format(name)
                command = [program, "checkpoint", "convert", "--force", source, path]
                subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


main()
