#!/usr/bin/env python3
"""Trains one workload with one of the peers, and prints the time of a step as one line of JSON.

The time is an epoch's over its steps, data loading included; the best epoch after the first counts. Each peer is
used as its own documentation shows it."""

import argparse
import json
import logging
import os
import resource
import sys
import time
import warnings

import torch
from torch.utils.data import DataLoader

from workloads import WORKLOADS


class Clock:
    """The seconds of each epoch."""

    def __init__(self, stops_at_first_step: bool):
        self.epochs: list[float] = []
        self.start = 0.0
        self.stops_at_first_step = stops_at_first_step

    def begin(self):
        self.start = time.perf_counter()

    def end(self):
        self.epochs.append(time.perf_counter() - self.start)

    def stop(self):
        """Ends the process at once, for who measures how long it took to come here."""
        sys.stdout.flush()
        os._exit(0)


# What is logged every step, if anything is.
NAMES = [f"numbers/{index}" for index in range(10)]


def with_pytorch(workload, data, epochs: int, clock: Clock, log_folder: str | None, compiles: bool = False):
    writer, step = None, 0
    if log_folder:
        from torch.utils.tensorboard import SummaryWriter
        writer = SummaryWriter(log_folder)
    loader = DataLoader(data, batch_size=workload.batch_size, shuffle=True, drop_last=True)
    network = workload.make_network()
    optimizer = workload.make_optimizer(network.parameters())
    forward = torch.compile(network) if compiles else network
    for _ in range(epochs):
        clock.begin()
        for inputs, targets in loader:
            optimizer.zero_grad()
            workload.loss(forward(inputs), targets).backward()
            optimizer.step()
            if writer:
                step += 1
                for index, name in enumerate(NAMES):
                    writer.add_scalar(name, 1 / (step + index), step)
            if clock.stops_at_first_step:
                clock.stop()
        clock.end()
    if writer:
        writer.close()


def with_compile(workload, data, epochs: int, clock: Clock, log_folder: str | None):
    with_pytorch(workload, data, epochs, clock, log_folder, compiles=True)


def with_helios(workload, data, epochs: int, clock: Clock, log_folder: str | None):
    if log_folder:
        raise SystemExit("logging with Helios is not measured")
    import torchvision_operators  # noqa: F401
    from helios import Trainer
    from helios.data import DataLoaderParams, DataModule
    from helios.model import Model

    class Data(DataModule):
        def setup(self):
            self._add_train_phase(
                data, DataLoaderParams(batch_size=workload.batch_size, shuffle=True, drop_last=True))

    class Trained(Model):
        def setup(self, for_inference=False):
            self.network = workload.make_network()
            self.optimizer = workload.make_optimizer(self.network.parameters())

        def on_training_epoch_start(self, current_epoch):
            clock.begin()

        def train_step(self, batch, state):
            inputs, targets = batch
            self.optimizer.zero_grad()
            loss = workload.loss(self.network(inputs), targets)
            loss.backward()
            self.optimizer.step()
            self._loss_items["loss"] = loss
            if clock.stops_at_first_step:
                clock.stop()

        def on_training_epoch_end(self, current_epoch):
            clock.end()

    trainer = Trainer(total_steps=epochs, use_cpu=True, print_banner=False)
    if not trainer.fit(Trained("benchmark"), Data()):
        raise SystemExit("Helios could not train it")


def lightning_module(workload, clock: Clock, log_folder: str | None = None):
    """The workload as Lightning wants it; train_distributed.py uses it as well."""
    import lightning

    class Trained(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.network = workload.make_network()

        def configure_optimizers(self):
            return workload.make_optimizer(self.network.parameters())

        def on_train_epoch_start(self):
            clock.begin()

        def training_step(self, batch, number):
            inputs, targets = batch
            loss = workload.loss(self.network(inputs), targets)
            self.log("loss", loss)
            if log_folder:
                step = self.global_step + 1
                self.log_dict({name: 1 / (step + index) for index, name in enumerate(NAMES)})
            return loss

        if clock.stops_at_first_step:
            def on_train_batch_end(self, outputs, batch, number):
                clock.stop()

        def on_train_epoch_end(self):
            clock.end()

    return Trained()


def with_lightning(workload, data, epochs: int, clock: Clock, log_folder: str | None):
    import torchvision_operators  # noqa: F401
    import lightning
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    loggers = [CSVLogger(log_folder), TensorBoardLogger(log_folder)] if log_folder else False

    trainer = lightning.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=loggers, log_every_n_steps=1,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(lightning_module(workload, clock, log_folder), DataLoader(
        data, batch_size=workload.batch_size, shuffle=True, drop_last=True))


FRAMEWORKS = {
    "pytorch": with_pytorch, "compile": with_compile, "helios": with_helios, "lightning": with_lightning,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=FRAMEWORKS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, help="by default the batch size of the workload")
    parser.add_argument("--log-folder", help="log ten numbers every step into this folder")
    parser.add_argument("--first-step", action="store_true", help="end the process after the first step")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    for name in ("lightning", "lightning.pytorch", "helios"):
        logging.getLogger(name).setLevel(logging.ERROR)

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    workload = WORKLOADS[arguments.workload]
    workload.batch_size = arguments.batch_size or workload.batch_size
    data = workload.make_data()
    clock = Clock(arguments.first_step)
    FRAMEWORKS[arguments.framework](workload, data, arguments.epochs, clock, arguments.log_folder)
    steps = len(data) // workload.batch_size
    print(json.dumps({
        "framework": arguments.framework, "workload": arguments.workload, "threads": arguments.threads,
        "steps": steps, "us_per_step": round(min(clock.epochs[1:]) / steps * 1e6, 1),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    main()
