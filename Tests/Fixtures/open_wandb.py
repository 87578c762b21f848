"""Prints what is in the offline files of a run of Weights & Biases, as JSON: open_wandb.py <folder of the files>.

It needs the package wandb. The files are those of `wandb sync`: messages of W&B, with checksums, in the blocks of
LevelDB's log.
"""

import json
import pathlib
import sys
import zlib

from wandb.proto import wandb_internal_pb2

BLOCK = 32_768
CONSTANTS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}


def records(path):
    contents = path.read_bytes()
    assert contents[:4] == b":W&B", contents[:7]
    position, message = 7, b""
    while position < len(contents):
        if BLOCK - position % BLOCK < 7:
            position += BLOCK - position % BLOCK
            continue
        checksum = int.from_bytes(contents[position:position + 4], "little")
        length, kind = int.from_bytes(contents[position + 4:position + 6], "little"), contents[position + 6]
        part = contents[position + 7:position + 7 + length]
        assert len(part) == length and checksum == zlib.crc32(part, zlib.crc32(bytes([kind]))), position
        message = part if kind in (1, 2) else message + part
        if kind in (1, 4):
            yield wandb_internal_pb2.Record.FromString(message)
        position += 7 + length


def values(items):
    # What Python reads as a number that is infinite, or none, is no JSON.
    return {
        item.key or "/".join(item.nested_key): json.loads(item.value_json, parse_constant=CONSTANTS.get)
        for item in items
    }


files = []
for path in sorted(pathlib.Path(sys.argv[1]).glob("wandb/offline-run-*/run-*.wandb")):
    file = {
        "ids": [], "project": "", "name": "", "group": "", "config": {}, "rows": [], "metrics": {}, "exit": None,
        "media": {},
    }
    for record in records(path):
        if record.HasField("run"):
            file["ids"].append(record.run.run_id)
            file.update(project=record.run.project, name=record.run.display_name, group=record.run.run_group)
            file["config"].update(values(record.run.config.update))
        elif record.HasField("config"):
            file["config"].update(values(record.config.update))
        elif record.HasField("history"):
            file["rows"].append(values(record.history.item))
        elif record.HasField("metric"):
            name = record.metric.name or record.metric.glob_name
            file["metrics"][name] = record.metric.step_metric
        elif record.HasField("exit"):
            file["exit"] = record.exit.exit_code
    file["config"].pop("_wandb", None)
    for media in sorted(path.parent.glob("files/media/**/*")):
        if media.is_file():
            text = media.read_bytes()
            file["media"][str(media.relative_to(path.parent / "files"))] = text.decode(errors="replace")
    files.append(file)
print(json.dumps(files))
