"""Trains with every case of optimizers.py in turns with the Swift side, each loading what the other saved.

Run with a folder. Makes the first five steps and saves them, prints a line, waits for one while the other side makes five
more, then makes the last five, and prints the name of each case with `same`, or with what differs from a run without turns.
"""

import pathlib
import sys

import torch
from optimizers import CASES, make, run, start

TURN = 5
# PyTorch loads the product of the momentums, float32 in any run without a stop, in the type of the parameters.
INEXACT = {"NAdam float64"}


def differences(name, parameters, optimizer, expected, expected_optimizer):
    for index, (parameter, other) in enumerate(zip(parameters, expected)):
        if not (torch.allclose(parameter, other, rtol=1e-6) if name in INEXACT else torch.equal(parameter, other)):
            yield f"parameter {index} differs by up to {(parameter - other).abs().max().item()}"
    state, other = optimizer.state_dict(), expected_optimizer.state_dict()
    if [list(entry) for entry in state["state"].values()] != [list(entry) for entry in other["state"].values()]:
        yield "the state has other keys"
    if state["param_groups"] != other["param_groups"]:
        yield f"options are {state['param_groups']} instead of {other['param_groups']}"


folder = pathlib.Path(sys.argv[1])
names = {f"{kind} {name}".strip(): (kind, name, options) for kind, c in CASES.items() for name, options in c.items()}
for full, (kind, name, options) in names.items():
    parameters = start(name)
    optimizer = make(kind, options, parameters)
    run(optimizer, parameters, kind, 0, TURN)
    torch.save({"parameters": [p.detach() for p in parameters], "optimizer": optimizer.state_dict()}, folder / full)
print("saved", flush=True)
if not sys.stdin.readline():
    sys.exit("the other side gave up")
for full, (kind, name, options) in names.items():
    saved = torch.load(folder / full, weights_only=True)
    parameters = [torch.nn.Parameter(value) for value in saved["parameters"]]
    optimizer = make(kind, options, parameters)
    optimizer.load_state_dict(saved["optimizer"])
    run(optimizer, parameters, kind, 2 * TURN, 3 * TURN)
    expected = start(name)
    expected_optimizer = make(kind, options, expected)
    run(expected_optimizer, expected, kind, 0, 3 * TURN)
    found = list(differences(full, parameters, optimizer, expected, expected_optimizer))
    print(f"{full}: {'; '.join(found) or 'same'}")
