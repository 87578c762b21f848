"""Trains with the Python Helios that is installed, and keeps its checkpoints and the weights that the run ends with.

Run once with each of helios-ml 1.0.0, 1.1.0 and 2.0.1; each writes python-helios/<version>/ and its part of
python-helios.json.
"""

import importlib.machinery
import importlib.metadata
import json
import pathlib
import shutil
import sys
import tempfile
import unittest.mock

# Imported by old versions, and not needed here.
for name in ("onnx", "onnxruntime", "torchvision", "torchvision.transforms", "torchvision.transforms.v2"):
    try:
        __import__(name)
    except Exception:
        sys.modules[name] = unittest.mock.MagicMock(__spec__=importlib.machinery.ModuleSpec(name, None))

import torch

import fixture

import helios.data as hld
import helios.model as hlm
from helios.trainer import Trainer, TrainingUnit

VERSION = importlib.metadata.version("helios-ml")


class Data(hld.DataModule):
    def prepare_data(self):
        pass

    def setup(self):
        generator = torch.Generator().manual_seed(1)
        inputs = torch.randn(22, 1, 3, 3, generator=generator)
        targets = torch.randint(3, (22,), generator=generator)
        dataset = torch.utils.data.TensorDataset(inputs, targets)
        params = {"batch_size": 4, "shuffle": True, "num_workers": 0}
        if hasattr(self, "_add_train_phase"):
            self._add_train_phase(dataset, params)
        else:
            self._train_dataset = self._create_dataset(dataset, params)

    def teardown(self):
        pass


class Net(hlm.Model):
    def __init__(self):
        super().__init__("small")

    def setup(self, *args, **kwargs):
        self.network = torch.nn.Sequential(
            torch.nn.Conv2d(1, 2, 2), torch.nn.BatchNorm2d(2), torch.nn.ReLU(), torch.nn.Flatten(),
            torch.nn.Linear(8, 3),
        )
        # The arithmetic of the Swift optimizer.
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.05, momentum=0.9, fused=True)

    def user_state_dict(self):
        return {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}

    if not VERSION.startswith("2."):
        state_dict = user_state_dict

    def train(self):
        self.network.train()

    def train_step(self, batch, state):
        inputs, targets = batch
        self.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(self.network(inputs), targets).backward()
        self.optimizer.step()


def train(unit: str, total: int, frequency: int, keep: str) -> dict:
    """Keeps the checkpoint of this name, and returns what the run that saved it ends with."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        model = Net()
        trainer = Trainer(
            train_unit=TrainingUnit.from_str(unit), total_steps=total, chkpt_frequency=frequency, use_cpu=True,
            enable_progress_bar=False, print_banner=False, chkpt_root=pathlib.Path(folder),
            **({"random_seed": 6691}),
        )
        assert trainer.fit(model, Data()) is not False
        target = pathlib.Path(__file__).with_name("python-helios") / VERSION
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(pathlib.Path(folder, "small", keep), target / keep)
        return {
            "file": f"{VERSION}/{keep}", "unit": unit, "total": total,
            "weights": {key: fixture.tensor(value) for key, value in model.network.state_dict().items()},
        }


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("python-helios.json")
    runs = json.loads(path.read_text()) if path.exists() else []
    runs = [run for run in runs if not run["file"].startswith(f"{VERSION}/")]
    runs.append(train("epoch", 4, 2, "small_epoch_2_iter_12.pth"))
    # In the middle of an epoch, where Python's own resume is wrong.
    runs.append(train("iteration", 16, 8, "small_epoch_2_iter_8.pth"))
    fixture.write("python-helios", sorted(runs, key=lambda run: run["file"]))
