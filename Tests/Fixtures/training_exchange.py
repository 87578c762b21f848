"""Trains a network in turns with the Swift side, through files, and compares with a run that stays in Python.

Run with a folder. Makes the data, the first weights, and the first four steps of each case, prints a line, and waits for one
while the other side makes the next four of these, and the first four of its own. Makes the four steps after each, and prints
each case with `same`, or with what differs: every loss to the bit, and the weights in the end.
"""

import pathlib
import sys

import torch
from torch import nn, optim
from torch.optim import lr_scheduler

TURN = 4
CASES = {
    "AdamW StepLR": (lambda p: optim.AdamW(p, lr=0.05, fused=True), lambda o: lr_scheduler.StepLR(o, 3, gamma=0.5)),
    "AdamW OneCycleLR": (
        lambda p: optim.AdamW(p, lr=0.05, fused=True),
        lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=4 * TURN),
    ),
    "SGD OneCycleLR": (
        lambda p: optim.SGD(p, lr=0.05, momentum=0.9, fused=True),
        lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.2, total_steps=4 * TURN, three_phase=True),
    ),
    "SGD MultiStepLR": (
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, fused=True),
        lambda o: lr_scheduler.MultiStepLR(o, [2, 5, 5, 9]),
    ),
    "SGD ReduceLROnPlateau": (
        lambda p: optim.SGD(p, lr=0.5, momentum=0.9, fused=True),
        lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, cooldown=1),
    ),
    "LBFGS ReduceLROnPlateau": (
        lambda p: optim.LBFGS(p, lr=0.5, max_iter=3, history_size=4),
        lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.5),
    ),
    "LBFGS StepLR": (
        lambda p: optim.LBFGS(p, max_iter=3, line_search_fn="strong_wolfe"),
        lambda o: lr_scheduler.StepLR(o, 2),
    ),
}


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.norm = nn.BatchNorm1d(8)
        self.last = nn.Linear(8, 1)

    def forward(self, x):
        return self.last(torch.tanh(self.norm(self.first(x))))


class Run:
    def __init__(self, name, start):
        self.network = Network()
        self.network.load_state_dict(start)
        self.optimizer = CASES[name][0](self.network.parameters())
        self.scheduler = CASES[name][1](self.optimizer)
        self.losses = []

    def load(self, path):
        saved = torch.load(path, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.scheduler.load_state_dict(saved["scheduler"])
        self.losses = list(saved["losses"])

    def save(self, path):
        members = ("network", "optimizer", "scheduler")
        torch.save({name: getattr(self, name).state_dict() for name in members} | {"losses": self.losses}, path)

    def train(self, steps, inputs, targets):
        for step in steps:
            def closure():
                self.optimizer.zero_grad()
                loss = nn.functional.mse_loss(self.network(inputs[step]), targets[step])
                loss.backward()
                return loss

            loss = self.optimizer.step(closure).item()
            self.losses.append(loss)
            if isinstance(self.scheduler, lr_scheduler.ReduceLROnPlateau):
                self.scheduler.step(loss)
            else:
                self.scheduler.step()


def differences(run, expected):
    losses = expected.losses[:len(run.losses)]
    if run.losses != losses:
        yield f"losses {run.losses} instead of {losses}"
    if len(run.losses) == len(expected.losses):
        other = expected.network.state_dict()
        yield from (key for key, value in run.network.state_dict().items() if not torch.equal(value, other[key]))


def main():
    folder = pathlib.Path(sys.argv[1])
    # As on the other side: several threads add up in another order.
    torch.set_num_threads(1)
    torch.manual_seed(5)
    inputs, targets = torch.randn(3 * TURN, 16, 4), torch.randn(3 * TURN, 16, 1)
    start = Network().state_dict()
    torch.save({"inputs": inputs, "targets": targets, "network": start}, folder / "start")
    for name in CASES:
        run = Run(name, start)
        run.train(range(TURN), inputs, targets)
        run.save(folder / f"{name}, python first")
    print("saved", flush=True)
    if not sys.stdin.readline():
        sys.exit("the other side gave up")
    for name in CASES:
        expected = Run(name, start)
        expected.train(range(3 * TURN), inputs, targets)
        for order, steps in [("python first", range(2 * TURN, 3 * TURN)), ("swift first", range(TURN, 2 * TURN))]:
            run = Run(name, start)
            run.load(folder / f"{name}, {order}")
            run.train(steps, inputs, targets)
            found = list(differences(run, expected))
            print(f"{name}, {order}: {'; '.join(found) or 'same'}")


main()
