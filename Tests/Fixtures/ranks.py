"""Runs several ranks that meet in a FileStore, for the programs that compare with PyTorch's distributed training."""

import datetime
import multiprocessing
import pathlib
import sys
import traceback
from typing import Callable

import torch
import torch.distributed as dist
# DistributedDataParallel imports it, which takes seconds: once here, not in each process.
import torch._dynamo  # noqa: F401


def _process(rank: int, size: int, folder: pathlib.Path, body: Callable[[int, pathlib.Path], None]):
    try:
        torch.set_num_threads(1)
        store = dist.FileStore(str(folder / "store"), size)
        dist.init_process_group("gloo", store=store, rank=rank, world_size=size, timeout=datetime.timedelta(seconds=60))
        body(rank, folder)
        dist.destroy_process_group()
    except BaseException:
        traceback.print_exc()
        sys.exit(1)


def run(size: int, folder: pathlib.Path, body: Callable[[int, pathlib.Path], None]):
    """Calls `body(rank, folder)` in processes that are forked from this one. An error of one of them is an error here."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_process, args=(rank, size, folder, body)) for rank in range(size)]
    for each in processes:
        each.start()
    try:
        for each in processes:
            each.join(60)
            if each.exitcode != 0:
                raise RuntimeError(f"a rank ended with {each.exitcode}")
    finally:
        for each in processes:
            if each.is_alive():
                each.kill()
