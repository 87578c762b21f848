"""Times single functions of PyTorch, and prints nanoseconds a call as JSON: the peer of Benchmarks/Functions, with the
same functions under the same names."""

import json
import timeit

import torch
from torch.nn import functional as F
from torch.utils.data import default_collate

import networks
from workloads import WORKLOADS

SAMPLES, SAMPLE_SECONDS = 200, 1e-4

torch.set_num_threads(1)
torch.manual_seed(0)


def gradients(network) -> list:
    return [torch.full_like(parameter, 0.01) for parameter in network.parameters()]


def with_gradients(network):
    for parameter, gradient in zip(network.parameters(), gradients(network)):
        parameter.grad = gradient
    return network


x, y = torch.randn(16), torch.randn(16)
inputs, matrix, hidden = torch.randn(32, 64), torch.randn(64, 128), torch.randn(32, 128)
linear = torch.nn.Linear(64, 128)
logits, targets = torch.randn(32, 10), torch.randint(10, (32,))
loss = F.cross_entropy(networks.mlp()(inputs), targets)
adamw = WORKLOADS["mlp"].make_optimizer(with_gradients(networks.mlp()).parameters())
adamw_fused = torch.optim.AdamW(with_gradients(networks.mlp()).parameters(), lr=1e-3, fused=True)
cleared = networks.mlp()
pairs = list(zip(cleared.parameters(), gradients(cleared)))
clearing = WORKLOADS["mlp"].make_optimizer(cleared.parameters())
data = WORKLOADS["mlp"].make_data()
indices = [number * 1999 for number in range(32)]
resnet18 = networks.resnet18()
one, thousand, numbers = torch.tensor(1.5), torch.randn(1000), [0.5] * 1000

FUNCTIONS = {
    "add": "x + y",
    "matmul": "inputs.matmul(matrix)",
    "relu": "hidden.relu()",
    "linear": "linear(inputs)",
    "cross_entropy": "F.cross_entropy(logits, targets)",
    "backward": "loss.backward(retain_graph=True)",
    "adamw": "adamw.step()",
    "adamw_fused": "adamw_fused.step()",
    "zero_grad": "for parameter, gradient in pairs: parameter.grad = gradient\nclearing.zero_grad()",
    "batch": "default_collate([data[index] for index in indices])",
    "state_dict": "resnet18.state_dict()",
    "item": "one.item()",
    "slice": "inputs[0:4]",
    "tensor": "torch.tensor(numbers)",
    "array": "thousand.tolist()",
}


def call_times(statement: str) -> dict[str, float]:
    timer = timeit.Timer(statement, globals=globals())
    timer.timeit(3)
    calls = 1
    while timer.timeit(calls) < 1.5 * SAMPLE_SECONDS:
        calls *= 2
    samples = sorted(time / calls * 1e9 for time in timer.repeat(SAMPLES, calls))
    names = {"p10": 0.1, "median": 0.5, "p90": 0.9}
    return {name: samples[int(part * (SAMPLES - 1))] for name, part in names.items()}


print(json.dumps({name: call_times(statement) for name, statement in FUNCTIONS.items()}))
