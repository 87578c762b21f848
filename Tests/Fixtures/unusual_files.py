"""Files of PyTorch's that hold more than data, or data of unusual shapes, in unusual-files/."""

import pathlib
import warnings
import zipfile

import torch
from torch import nn

folder = pathlib.Path(__file__).with_name("unusual-files")


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 2)


def no_source(*arguments):
    """The old format would have the source of every class, and the name of its file on this machine."""
    raise OSError("left out")


def torchscript() -> None:
    """A TorchScript archive as `torch.jit.save` writes it, without the notes for debuggers, which name files of this machine."""
    path = folder / "torchscript.pt"
    torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.ones(1, 2)), path)
    with zipfile.ZipFile(path) as archive:
        records = [(entry, archive.read(entry)) for entry in archive.infolist() if not entry.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w") as archive:
        for entry, contents in records:
            archive.writestr(zipfile.ZipInfo(entry.filename), contents, entry.compress_type)


def main() -> None:
    torch.manual_seed(0)
    warnings.simplefilter("ignore")
    folder.mkdir(exist_ok=True)
    torchscript()
    torch.save(Network(), folder / "module.pth")
    torch.save({"epoch": 1, "model": Network()}, folder / "module-inside.pth")
    torch.serialization.get_source_lines_and_file = no_source
    torch.save(Network(), folder / "module-legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"a": torch.ones(1).expand(2**40), "b": torch.tensor([1.0])}, folder / "expanded.pth")
    torch.save(torch.arange(6.0).reshape([1] * 63 + [2, 3]), folder / "dimensions-65.pth")


main()
