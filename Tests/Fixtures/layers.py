"""What the layers of torch.nn draw and compute, with every option: one file for each family, layers-<family>.json.

For each layer its first weights for a seed, and for small inputs the outputs, the gradients with respect to inputs and
parameters, the state after two passes in training, and the outputs in evaluation. What equals something that is there
already is left out. Inputs are eighths, so that they are short to write.
"""

import torch
import fixture
from fixture import write
from torch import nn

from layer_tables import FAMILIES


def tensor(value):
    """With nine digits, which tell every float32 apart and take half the space."""
    result = fixture.tensor(value)
    values = [float(f"{number:.9g}") for number in result["values"]]
    return result | {"values": [int(number) if number == int(number) else number for number in values]}


def flat(outputs):
    """The tensors in what a layer gives, from left to right."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if isinstance(outputs, nn.utils.rnn.PackedSequence):
        return [outputs.data]
    return [] if outputs is None else [leaf for part in outputs for leaf in flat(part)]


def probe(output):
    """What the outputs are multiplied with for the gradients: small, short, and other for each element."""
    return ((torch.arange(output.numel()) % 7 - 3) / 8).reshape(output.shape)


def same(first, second):
    return len(first) == len(second) and all(
        a.shape == b.shape and torch.equal(a, b) for a, b in zip(first, second)
    )


def case(make, shapes, call=lambda layer, *inputs: layer(*inputs)):
    torch.manual_seed(11)
    layer = make()
    first = {key: value.clone() for key, value in layer.state_dict().items()}
    generator = torch.Generator().manual_seed(5)
    inputs = [
        shape if isinstance(shape, torch.Tensor) else torch.randint(-24, 25, shape, generator=generator) / 8
        for shape in shapes
    ]
    reals = [value for value in inputs if value.is_floating_point()]
    for value in reals:
        value.requires_grad_()

    def run():
        # A layer may write into its input, which a leaf does not bear.
        return flat(call(layer, *[value * 1 if value.is_floating_point() else value for value in inputs]))

    torch.manual_seed(12)
    outputs = run()
    differentiable = [output for output in outputs if output.requires_grad]
    if differentiable:
        sum((output * probe(output)).sum() for output in differentiable).backward()
    leaves = reals + list(layer.parameters())
    gradients = [None if leaf.grad is None else leaf.grad.to_dense() for leaf in leaves]
    run()
    last = {key: value for key, value in layer.state_dict().items() if not torch.equal(value, first[key])}
    layer.eval()
    evaluated = run()
    return {
        "description": repr(layer),
        "parameters": [name for name, _ in layer.named_parameters()],
        "keys": list(first),
        "first": {key: tensor(value) for key, value in first.items()},
        "inputs": [tensor(value) for value in inputs],
        "outputs": [tensor(value) for value in outputs],
        "gradients": [None if value is None else tensor(value) for value in gradients],
        "last": {key: tensor(value) for key, value in last.items()},
        "evaluated": None if same(evaluated, outputs) else [tensor(value) for value in evaluated],
    }


for family, table in FAMILIES.items():
    write(f"layers-{family}", {name: case(*entry) for name, entry in table.items()})
