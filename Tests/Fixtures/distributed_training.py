"""Trains on two processes with PyTorch's DistributedDataParallel, for the trainer on two ranks to compare with.

Run with a folder. Two processes, forked from this one, meet in a FileStore. Writes, with torch.save: `start` (weights and
data, each rank's part of a batch one after the other) and `end` (the weights after training).
"""

import datetime
import multiprocessing
import pathlib
import sys
import traceback

import torch
import torch.distributed as dist
# DistributedDataParallel imports it, which takes seconds: once here, not in each process.
import torch._dynamo  # noqa: F401
from torch import nn
from torch.nn.parallel import DistributedDataParallel

STEPS, RANKS, SAMPLES = 100, 2, 4


def make_network():
    return nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))


def train(rank, folder):
    start = torch.load(folder / "start")
    network = make_network()
    network.load_state_dict(start["network"])
    parallel = DistributedDataParallel(network)
    optimizer = torch.optim.SGD(parallel.parameters(), lr=0.05, momentum=0.9, fused=True)
    inputs = start["inputs"].view(STEPS, RANKS, SAMPLES, -1)
    targets = start["targets"].view(STEPS, RANKS, SAMPLES)
    for step in range(STEPS):
        optimizer.zero_grad()
        nn.functional.cross_entropy(parallel(inputs[step, rank]), targets[step, rank]).backward()
        optimizer.step()
    if rank == 0:
        torch.save(network.state_dict(), folder / "end")


def process(rank, folder):
    try:
        torch.set_num_threads(1)
        store = dist.FileStore(str(folder / "store"), RANKS)
        dist.init_process_group(
            "gloo", store=store, rank=rank, world_size=RANKS, timeout=datetime.timedelta(seconds=60))
        train(rank, folder)
        dist.destroy_process_group()
    except BaseException:
        traceback.print_exc()
        sys.exit(1)


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(11)
    count = STEPS * RANKS * SAMPLES
    torch.save({
        "network": make_network().state_dict(),
        "inputs": torch.randn(count, 6),
        "targets": torch.randint(3, (count,)),
    }, folder / "start")
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=process, args=(rank, folder)) for rank in range(RANKS)]
    for each in processes:
        each.start()
    for each in processes:
        each.join(60)
        if each.exitcode != 0:
            each.kill()
            raise RuntimeError(f"a rank ended with {each.exitcode}")
    print("done")


main()
