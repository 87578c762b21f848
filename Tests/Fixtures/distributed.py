"""Runs PyTorch's collective operations and DistributedDataParallel over Gloo, for the Swift side to compare with.

Run with a folder. Three processes, forked from this one, meet in a FileStore. Writes, with torch.save: `inputs` and
`collectives-<rank>` (what the operations gave), `start` (weights and data), `<case>-<rank>` (the states after
training) and `sharded-optimizer-<rank>` (who steps what, and the state put together). All of it is the same there to
the bit.
"""

import contextlib
import pathlib
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import bf16_compress_hook
from torch.distributed.optim import ZeroRedundancyOptimizer
from torch.nn.parallel import DistributedDataParallel

from ranks import run

TYPES = ["float32", "float64", "float16", "bfloat16", "int32", "int64", "uint8", "int8"]
OPERATIONS = {
    "sum": dist.ReduceOp.SUM,
    "product": dist.ReduceOp.PRODUCT,
    "min": dist.ReduceOp.MIN,
    "max": dist.ReduceOp.MAX,
}
CASES = [
    "plain", "small buckets", "bfloat16", "accumulation", "unused", "join", "join unused", "join effective", "sharded",
]
STEPS = 6


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 16)
        self.norm = nn.BatchNorm1d(16)
        self.unused = nn.Linear(16, 16)
        self.last = nn.Linear(16, 1)

    def forward(self, x, usesAll):
        x = torch.tanh(self.norm(self.first(x)))
        return self.last(self.unused(x) if usesAll else x)


def collectives(rank, size, folder):
    inputs, outputs = torch.load(folder / "inputs"), {}
    for name in TYPES:
        tensor = inputs[name][rank]
        for operation, value in OPERATIONS.items():
            reduced = tensor.clone()
            dist.all_reduce(reduced, value)
            part = torch.empty_like(tensor[:100])
            dist.reduce_scatter_tensor(part, tensor[: 100 * size].clone(), value)
            outputs[f"{name} {operation}"] = {"all_reduce": reduced, "reduce_scatter": part}
    torch.save(outputs, folder / f"collectives-{rank}")


def compress(state, bucket: dist.GradBucket) -> torch.futures.Future[torch.Tensor]:
    return bf16_compress_hook(state, bucket)


def everything(rank, folder):
    collectives(rank, 3, folder)
    pair = dist.new_group([0, 1])
    if rank < 2:
        for case in CASES:
            train(rank, pair, folder, case)


def train(rank, group, folder, case):
    start = torch.load(folder / "start")
    network = Network()
    network.load_state_dict(start["network"])
    parallel = DistributedDataParallel(
        network, process_group=group, bucket_cap_mb=0.0005 if case == "small buckets" else 25,
        find_unused_parameters="unused" in case)
    if case == "bfloat16":
        # Under its own name, PyTorch refuses it without NCCL, although it runs.
        parallel.register_comm_hook(group, compress)
    if case == "sharded":
        optimizer = ZeroRedundancyOptimizer(
            parallel.parameters(), torch.optim.AdamW, process_group=group, lr=0.05, fused=True)
    else:
        optimizer = torch.optim.SGD(parallel.parameters(), lr=0.05, momentum=0.9, fused=True)
    # In a join, rank 0 ends after two steps.
    joins = case.startswith("join")
    join = parallel.join(divide_by_initial_world_size=case != "join effective", enable=joins)
    with join:
        for step in range(2 if joins and rank == 0 else STEPS):
            usesAll = "unused" not in case or step % 3 == rank
            accumulates = case == "accumulation" and step % 2 == 0
            with parallel.no_sync() if accumulates else contextlib.nullcontext():
                output = parallel(start["inputs"][step, rank], usesAll)
                nn.functional.mse_loss(output, start["targets"][step, rank]).backward()
            if not accumulates:
                optimizer.step()
                optimizer.zero_grad()
    torch.save(parallel.state_dict(), folder / f"{case}-{rank}")
    if case == "sharded":
        numbers = {id(parameter): number for number, parameter in enumerate(parallel.parameters())}
        own = [numbers[id(each)] for part in optimizer._partition_parameters()[rank] for each in part["params"]]
        optimizer.consolidate_state_dict(to=0)
        state = optimizer.state_dict()["state"] if rank == 0 else {}
        torch.save({"own": sorted(own), "state": state}, folder / f"sharded-optimizer-{rank}")


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(3)
    inputs = {}
    for name in TYPES:
        dtype = getattr(torch, name)
        # Small enough that products of whole numbers do not overflow.
        drawn = torch.randn(3, 1000) if dtype.is_floating_point else torch.randint(0, 5, (3, 1000))
        inputs[name] = drawn.to(dtype)
    torch.save(inputs, folder / "inputs")
    network = Network()
    start = {
        "network": network.state_dict(),
        "inputs": torch.randn(STEPS, 2, 8, 4),
        "targets": torch.randn(STEPS, 2, 8, 1),
    }
    torch.save(start, folder / "start")
    run(3, folder, everything)
    print("done")


main()
