"""Values and gradients of the losses, with every option."""

import torch
from fixture import tensor, write
from torch.nn import functional as F

torch.manual_seed(3)
LOGITS = torch.randn(4, 3)
CLASSES = torch.tensor([0, 2, 1, 2])
WEIGHT = torch.tensor([0.5, 1.0, 2.0])
PLACES = torch.randn(2, 3, 2, 2)
PLACE_CLASSES = torch.randint(0, 3, (2, 2, 2))
PROBABILITIES = torch.softmax(torch.randn(4, 3), 1)
VALUES, TARGETS = torch.randn(3, 2), torch.randn(3, 2)

CASES = {
    "cross entropy": (F.cross_entropy, LOGITS, CLASSES, {}),
    "cross entropy of one": (F.cross_entropy, LOGITS[0], CLASSES[0], {}),
    "cross entropy sum": (F.cross_entropy, LOGITS, CLASSES, {"reduction": "sum"}),
    "cross entropy none": (F.cross_entropy, LOGITS, CLASSES, {"reduction": "none"}),
    "cross entropy weighted": (F.cross_entropy, LOGITS, CLASSES, {"weight": WEIGHT}),
    "cross entropy ignoring": (F.cross_entropy, LOGITS, CLASSES, {"ignore_index": 2}),
    "cross entropy smoothed": (F.cross_entropy, LOGITS, CLASSES, {"label_smoothing": 0.2, "weight": WEIGHT}),
    "cross entropy of places": (F.cross_entropy, PLACES, PLACE_CLASSES, {}),
    "cross entropy of probabilities": (F.cross_entropy, LOGITS, PROBABILITIES, {}),
    "mean squared error": (F.mse_loss, VALUES, TARGETS, {}),
    "mean squared error sum": (F.mse_loss, VALUES, TARGETS, {"reduction": "sum"}),
    "mean squared error none": (F.mse_loss, VALUES, TARGETS, {"reduction": "none"}),
}


def case(function, value, target, options):
    value = value.clone().requires_grad_()
    loss = function(value, target, **options)
    loss.sum().backward()
    return {"input": tensor(value), "target": tensor(target), "loss": tensor(loss), "gradient": tensor(value.grad)}


write("losses", {name: case(*arguments) for name, arguments in CASES.items()})
