"""Files of the reference implementation of safetensors, and of huggingface_hub if there are several with an index, for the
tests of TorchSerialization; and safetensors-files.json with what each holds, and which headers the reference takes.

It needs safetensors 0.8.0 and huggingface_hub, where HELIOS_SAFETENSORS names their folder if they are not installed.
"""

import json
import os
import pathlib
import sys

sys.path += filter(None, [os.environ.get("HELIOS_SAFETENSORS")])

import torch
from huggingface_hub import save_torch_state_dict
from safetensors.torch import load, load_file, save_file

import fixture
from state_text import Describer

folder = pathlib.Path(__file__).with_name("safetensors-files")
names = [
    "bool", "uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16", "float32",
    "float64", "complex64", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu",
]  # fmt: skip


def tensor_of(dtype: torch.dtype) -> torch.Tensor:
    if dtype == torch.bool:
        return torch.tensor([True, False, True])
    return torch.randint(0, 256, (3 * dtype.itemsize,), dtype=torch.uint8).view(dtype)


def network() -> dict:
    return {f"layers.{i}.{name}": torch.randn(shape) for i in range(4) for name, shape in [("weight", (3, 4)), ("bias", 3)]}


entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'


def field(dtype='"F32"', shape="[1]", offsets="[0,4]") -> str:
    return f'{{"a":{{"dtype":{dtype},"shape":{shape},"data_offsets":{offsets}}}}}'


# Headers and the bytes of data behind them.
headers = [
    (f'{{"a":{entry}}}', 4),
    ("{}", 0),
    ("{}   ", 0),
    ("{}\n", 0),
    (" {}", 0),
    ("{}", 1),
    ("[]", 0),
    ("", 0),
    ("{", 0),
    ("{}x", 0),
    ("{},", 0),
    (f'{{"a":{entry},}}', 4),
    (f'{{"a":{entry}}}', 3),
    (f'{{"a":{entry}}}', 5),
    (f'{{"a":{entry},"a":{entry}}}', 4),
    (f'{{"a":{entry},"b":{entry}}}', 4),
    (f'{{"a":{entry},"b":{{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}}}', 8),
    (f'{{"a":{entry},"b":{{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}}}', 9),
    (f'{{"b":{{"dtype":"F32","shape":[1],"data_offsets":[4,8]}},"a":{entry}}}', 8),
    (f'{{"a":{entry},"b":{{"dtype":"F32","shape":[1],"data_offsets":[3,7]}}}}', 7),
    (field(shape="[]"), 4),
    (field(shape="[1,1,1]"), 4),
    (field(shape="[2]"), 4),
    (field(shape="[-1]"), 4),
    (field(shape="[1.0]"), 4),
    (field(shape="[1e0]"), 4),
    (field(shape="[01]"), 4),
    (field(shape='["1"]'), 4),
    (field(shape="1"), 4),
    (field(shape="null"), 4),
    (field(shape="[9223372036854775807]"), 4),
    (field(shape="[18446744073709551615]"), 4),
    (field(shape="[18446744073709551616]"), 4),
    (field(shape="[4611686018427387904,4]"), 4),
    (field(shape="[0]", offsets="[0,0]"), 0),
    (field(shape="[0]", offsets="[4,4]"), 4),
    (field(offsets="[4,0]"), 4),
    (field(offsets="[0,4,4]"), 4),
    (field(offsets="[0]"), 4),
    (field(offsets="[-4,0]"), 4),
    (field(offsets="[0,4.0]"), 4),
    (field(offsets="[0,18446744073709551615]"), 4),
    (field(dtype='"F33"'), 4),
    (field(dtype='"f32"'), 4),
    (field(dtype="32"), 4),
    (field(dtype='"F64"', shape="[1]"), 4),
    (field(dtype='"\\u0046\\u00332"'), 4),
    ('{"a":{"dtype":"F32","shape":[1]}}', 4),
    ('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4),
    ('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":[{}]}}', 4),
    ('{"a":null}', 0),
    (f'{{"__metadata__":{{}},"a":{entry}}}', 4),
    (f'{{"__metadata__":null,"a":{entry}}}', 4),
    (f'{{"__metadata__":{{"b":"c"}},"a":{entry}}}', 4),
    (f'{{"__metadata__":{{"b":1}},"a":{entry}}}', 4),
    (f'{{"__metadata__":{{"b":null}},"a":{entry}}}', 4),
    (f'{{"__metadata__":{{"b":"c","b":"d"}},"a":{entry}}}', 4),
    (f'{{"__metadata__":[],"a":{entry}}}', 4),
    (f'{{"__metadata__":{entry}}}', 4),
    (f'{{"\\ud83d\\ude00":{entry}}}', 4),
    (f'{{"\\ud83d":{entry}}}', 4),
    (f'{{"\\ude00\\ud83d":{entry}}}', 4),
    (f'{{"\\x":{entry}}}', 4),
    (f'{{"a\n":{entry}}}', 4),
    (f"{{'a':{entry}}}", 4),
    (f'{{a:{entry}}}', 4),
    (f'{{"a" : {entry} , "b"\t:\r\n{{"dtype":"F32","shape":[ ],"data_offsets":[ 4 , 8 ]}} }}', 8),
    (f'/* a */{{"a":{entry}}}', 4),
    (f'{{"":{entry}}}', 4),
]


def is_taken(header: str, size: int) -> bool:
    data = header.encode()
    try:
        load(len(data).to_bytes(8, "little") + data + bytes(size))
        return True
    except Exception:
        return False


def main() -> None:
    torch.manual_seed(0)
    folder.mkdir(exist_ok=True)
    files = {
        "types": ({f"{place} {name}": tensor_of(getattr(torch, name)) for place in ("b", "a") for name in names},
                  # One key: the reference writes several in an order of chance.
                  {"format": "pt"}),
        "shapes": ({"number": torch.tensor(3.0), "none": torch.zeros(0), "\u00e9 \" \\ / \x02 \U0001f600": torch.ones(2, 3),
                    "no rows": torch.zeros(2, 0, 3, dtype=torch.int16), "": torch.arange(6).view(1, 2, 3, 1)}, None),
        "empty": ({}, None),
        "only-text": ({}, {"\u00e9": "\u00fc\n\"\\/\t\x01\x7f\U0001f600"}),
    }  # fmt: skip
    texts = {}
    for name, (tensors, metadata) in files.items():
        path = folder / f"{name}.safetensors"
        save_file(tensors, path, metadata)
        texts[name] = Describer().text(load_file(path))
    save_torch_state_dict(network(), folder, max_shard_size=150)
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    shards = {file: load_file(folder / file) for file in index["weight_map"].values()}
    texts["sharded"] = Describer().text({name: shards[file][name] for name, file in index["weight_map"].items()})
    taken = [{"header": header, "size": size, "isTaken": is_taken(header, size)} for header, size in headers]
    fixture.write("safetensors-files", {"texts": texts, "headers": taken})


main()
