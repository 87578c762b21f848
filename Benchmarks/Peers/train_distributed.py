#!/usr/bin/env python3
"""Trains one workload on several processes with one of the peers, and prints the time of a step as one line of JSON.

The time is that of rank 0: an epoch's over its steps, data loading included; the best epoch after the first counts. Each
process has its part of each batch, so that a step sees as many samples as a step of one process."""

import argparse
import json
import logging
import os
import resource
import socket
import warnings

import torch
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from train import Clock, lightning_module
from workloads import WORKLOADS


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def report(framework: str, name: str, processes: int, threads: int, steps: int, clock: Clock):
    print(json.dumps({
        "framework": framework, "workload": name, "processes": processes, "threads": threads, "steps": steps,
        "us_per_step": round(min(clock.epochs[1:]) / steps * 1e6, 1),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)


def train_rank(rank: int, name: str, processes: int, threads: int, epochs: int, port: int):
    """One process of PyTorch's DistributedDataParallel, as its tutorial has it."""
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    warnings.filterwarnings("ignore")
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    torch.distributed.init_process_group("gloo", rank=rank, world_size=processes)
    workload = WORKLOADS[name]
    data = workload.make_data()
    sampler = DistributedSampler(data, shuffle=True, drop_last=True)
    loader = DataLoader(data, batch_size=workload.batch_size // processes, sampler=sampler, drop_last=True)
    network = torch.nn.parallel.DistributedDataParallel(workload.make_network())
    optimizer = workload.make_optimizer(network.parameters())
    clock = Clock(False)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        clock.begin()
        for inputs, targets in loader:
            optimizer.zero_grad()
            workload.loss(network(inputs), targets).backward()
            optimizer.step()
        clock.end()
    if rank == 0:
        report("pytorch", name, processes, threads, len(loader), clock)
    torch.distributed.destroy_process_group()


def with_pytorch(name: str, processes: int, threads: int, epochs: int):
    torch.multiprocessing.spawn(
        train_rank, args=(name, processes, threads, epochs, free_port()), nprocs=processes)


def with_lightning(name: str, processes: int, threads: int, epochs: int):
    """Lightning starts this program again for each other process."""
    import torchvision_operators  # noqa: F401
    import lightning

    for logger in ("lightning", "lightning.pytorch"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    workload, clock = WORKLOADS[name], Clock(False)
    data = workload.make_data()
    trainer = lightning.Trainer(
        max_epochs=epochs, accelerator="cpu", devices=processes, strategy="ddp", logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(lightning_module(workload, clock), DataLoader(
        data, batch_size=workload.batch_size // processes, shuffle=True, drop_last=True))
    if trainer.is_global_zero:
        report("lightning", name, processes, threads, len(data) // workload.batch_size, clock)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=["pytorch", "lightning"])
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    train = {"pytorch": with_pytorch, "lightning": with_lightning}[arguments.framework]
    train(arguments.workload, arguments.processes, arguments.threads, arguments.epochs)


if __name__ == "__main__":
    main()
