"""Checkpoints of Python Helios for the tests that read them: torch-files/helios-*.pth, and helios-checkpoints.json.

Takes helios-ml 2.0.1 besides PyTorch. Its trainer writes helios-2.pth; helios-1.0.pth and helios-1.1.pth are what
helios.chkpt_migrator says that those versions wrote: everything of the model under "model", paths beside it, and the
training state as a dictionary (1.0) or as an object (from 1.1 on).
"""

import collections
import dataclasses
import pathlib
import tempfile

import helios.data
import helios.model
import numpy
import torch
from helios.trainer import Trainer, TrainingState, TrainingUnit

import fixture
from state_text import Describer

folder = pathlib.Path(__file__).with_name("torch-files")


class Numbers(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        return torch.tensor([index / 8, 1.0])


class Data(helios.data.DataModule):
    def setup(self):
        self._add_train_phase(Numbers(), {"batch_size": 4, "shuffle": True})


class Line(helios.model.Model):
    def __init__(self):
        super().__init__("line")

    def setup(self, for_inference=False):
        self.network = torch.nn.Linear(2, 1)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=0.01)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimiser, 2)

    def train_step(self, batch, state):
        self.optimiser.zero_grad()
        self.network(batch).square().mean().backward()
        self.optimiser.step()
        self.scheduler.step()

    def user_state_dict(self):
        members = ("network", "optimiser", "scheduler")
        return {name: getattr(self, name).state_dict() for name in members}


def checkpoint_of_2(logs: pathlib.Path) -> dict:
    trainer = Trainer(
        train_unit=TrainingUnit.EPOCH, total_steps=1, chkpt_frequency=1, random_seed=3, use_cpu=True, print_banner=False,
        run_name="line", chkpt_root=logs / "checkpoints", log_root=logs / "logs",
    )  # fmt: skip
    assert trainer.fit(Line(), Data())
    [path] = (logs / "checkpoints").rglob("*.pth")
    return torch.load(path, weights_only=False)


def plain(value):
    """The value as it is read: keys as strings, the training state as a dictionary, paths as strings, arrays as tensors."""
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    if isinstance(value, numpy.ndarray):
        return torch.from_numpy(value) if value.size else torch.zeros(value.shape, dtype=torch.float64)
    if isinstance(value, numpy.generic):
        return value.item()
    if isinstance(value, collections.OrderedDict):
        return value
    if isinstance(value, dict):
        return {str(key) if isinstance(key, str) else key: plain(element) for key, element in value.items()}
    if isinstance(value, list):
        return [plain(element) for element in value]
    return value


def renamed(value, old: pathlib.Path):
    """The same with paths that any machine may have."""
    if isinstance(value, pathlib.PurePath):
        return pathlib.PurePosixPath("/runs") / value.relative_to(old) if value.is_relative_to(old) else value
    if isinstance(value, dict) and not isinstance(value, collections.OrderedDict):
        return {key: renamed(element, old) for key, element in value.items()}
    return value


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        logs = pathlib.Path(name)
        (logs / "checkpoints").mkdir()
        (logs / "logs").mkdir()
        newest = renamed(checkpoint_of_2(logs), logs)
    state = TrainingState(3, 6, 1, 2, 3, 1, 0.25, 4)
    old = {
        "version": "1.1.0",
        "training_state": state,
        "model": newest["model"]["user"],
        "rng": newest["rng"] | {"numpy": numpy.random.RandomState(3).get_state(legacy=False)},
        "log_path": pathlib.PosixPath("/runs/logs/line.log"),
        "run_path": pathlib.PosixPath("/runs/tensorboard/line"),
    }
    oldest = old | {"version": "1.0.0", "training_state": dataclasses.asdict(state)}
    texts = {}
    for version, value in [("2", newest), ("1.1", old), ("1.0", oldest)]:
        torch.save(value, folder / f"helios-{version}.pth")
        texts[f"helios-{version}"] = Describer().text(plain(value))
    for protocol in (2, 4, 5):
        arrays = {
            "columns first": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)),
            "big-endian": numpy.arange(3, dtype=">i2"),
            "empty": numpy.zeros((2, 0)),
            "truth": numpy.array([True, False]),
            "single": numpy.array(2.5, dtype=numpy.float32),
            "numbers": [numpy.float64(0.1), numpy.float32(0.1), numpy.float16(0.1), numpy.float16(6e-8), numpy.int8(-3),
                        numpy.int64(-(2**40)), numpy.uint64(2**64 - 1), numpy.bool_(True), numpy.complex64(1 - 2j)],
        }  # fmt: skip
        torch.save(arrays, folder / f"numpy-{protocol}.pth", pickle_protocol=protocol)
        arrays["big-endian"] = arrays["big-endian"].astype("i2")
        texts[f"numpy-{protocol}"] = Describer().text(plain(arrays))
    torch.save({"words": numpy.array(["a", "b"])}, folder / "numpy-text.pth")
    fixture.write("helios-checkpoints", texts)


main()
