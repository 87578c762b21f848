"""Values and gradients of every loss of torch.nn, with every option and each reduction; and the losses' names."""

import torch
from fixture import tensor, write
from torch import nn
from torch.nn import functional as F

torch.manual_seed(3)
LOGITS = torch.randn(4, 3)
CLASSES = torch.tensor([0, 2, 1, 2])
WEIGHT = torch.tensor([0.5, 1.0, 2.0])
PLACES = torch.randn(2, 3, 2, 2)
PLACE_CLASSES = torch.randint(0, 3, (2, 2, 2))
PROBABILITIES = torch.softmax(torch.randn(4, 3), 1)
LOG_PROBABILITIES = torch.log_softmax(LOGITS, 1)
VALUES, TARGETS = torch.randn(3, 2), torch.randn(3, 2)
ELEMENT_WEIGHT = torch.tensor([[0.25, 0.875], [0.5, 0.125], [0.75, 0.625]])
COUNTS = torch.tensor([[0.0, 1.0], [2.0, 5.0], [1.0, 3.0]])
UNITS, BITS = torch.rand(4, 3), torch.randint(0, 2, (4, 3)).float()
UNIT_WEIGHT = torch.arange(1, 13).reshape(4, 3) / 8
SIGNS = torch.tensor([1.0, -1.0, -1.0, 1.0])
SCORES, OTHER_SCORES = torch.randn(4), torch.randn(4)
SIGN_MATRIX = torch.tensor([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
VECTORS = torch.randn(4, 3)
OTHER_VECTORS = VECTORS + 0.7 * torch.randn(4, 3)
FAR_VECTORS = VECTORS + 0.9 * torch.randn(4, 3)
LABELS = torch.tensor([[2, 0, -1], [-1, 1, 0], [1, -1, 2], [0, 1, 2]])
SEQUENCES = torch.log_softmax(torch.randn(6, 2, 4), 2)
SEQUENCE_LABELS = torch.tensor([[1, 2, 2], [3, 1, -7]])
LONE_SEQUENCE = torch.log_softmax(torch.randn(5, 4), 1)


def city_block(left, right):
    return (left - right).abs().sum(1)


# name: (the module's class, its arguments, the inputs). Gradients are those of the inputs whose places are given.
CASES = {
    "l1": (nn.L1Loss, {}, [VALUES, TARGETS], [0, 1]),
    "mse": (nn.MSELoss, {}, [VALUES, TARGETS], [0, 1]),
    "huber": (nn.HuberLoss, {}, [VALUES, TARGETS], [0, 1]),
    "huber, delta": (nn.HuberLoss, {"delta": 0.5}, [VALUES, TARGETS], [0, 1]),
    "smooth l1": (nn.SmoothL1Loss, {}, [VALUES, TARGETS], [0, 1]),
    "smooth l1, beta": (nn.SmoothL1Loss, {"beta": 0.5}, [VALUES, TARGETS], [0, 1]),
    "smooth l1, beta 0": (nn.SmoothL1Loss, {"beta": 0.0}, [VALUES, TARGETS], [0, 1]),
    "cross entropy": (nn.CrossEntropyLoss, {}, [LOGITS, CLASSES], [0]),
    "cross entropy of one": (nn.CrossEntropyLoss, {}, [LOGITS[0], CLASSES[0]], [0]),
    "cross entropy, weight": (nn.CrossEntropyLoss, {"weight": WEIGHT}, [LOGITS, CLASSES], [0]),
    "cross entropy, ignored": (nn.CrossEntropyLoss, {"ignore_index": 2}, [LOGITS, CLASSES], [0]),
    "cross entropy, smoothed": (
        nn.CrossEntropyLoss, {"label_smoothing": 0.2, "weight": WEIGHT}, [LOGITS, CLASSES], [0]),
    "cross entropy of places": (nn.CrossEntropyLoss, {}, [PLACES, PLACE_CLASSES], [0]),
    "cross entropy of probabilities": (nn.CrossEntropyLoss, {}, [LOGITS, PROBABILITIES], [0, 1]),
    "cross entropy of probabilities, all": (
        nn.CrossEntropyLoss, {"label_smoothing": 0.1, "weight": WEIGHT}, [LOGITS, PROBABILITIES], [0]),
    "nll": (nn.NLLLoss, {}, [LOG_PROBABILITIES, CLASSES], [0]),
    "nll of one": (nn.NLLLoss, {}, [LOG_PROBABILITIES[0], CLASSES[0]], [0]),
    "nll, weight": (nn.NLLLoss, {"weight": WEIGHT}, [LOG_PROBABILITIES, CLASSES], [0]),
    "nll, ignored": (nn.NLLLoss, {"ignore_index": 2}, [LOG_PROBABILITIES, CLASSES], [0]),
    "nll of places": (nn.NLLLoss, {"weight": WEIGHT, "ignore_index": 0}, [PLACES, PLACE_CLASSES], [0]),
    "nll of one dimension of places": (nn.NLLLoss, {}, [PLACES[:, :, 0], PLACE_CLASSES[:, 0]], [0]),
    "poisson": (nn.PoissonNLLLoss, {}, [VALUES, COUNTS], [0]),
    "poisson, full": (nn.PoissonNLLLoss, {"full": True}, [VALUES, COUNTS], [0]),
    "poisson, rates": (nn.PoissonNLLLoss, {"log_input": False}, [VALUES.abs(), COUNTS], [0]),
    "poisson, rates, eps": (
        nn.PoissonNLLLoss, {"log_input": False, "full": True, "eps": 0.1}, [VALUES.abs(), COUNTS], [0]),
    "gaussian": (nn.GaussianNLLLoss, {}, [VALUES, TARGETS, ELEMENT_WEIGHT], [0, 1, 2]),
    "gaussian, full": (nn.GaussianNLLLoss, {"full": True}, [VALUES, TARGETS, ELEMENT_WEIGHT], [0, 2]),
    "gaussian, eps": (nn.GaussianNLLLoss, {"eps": 0.5}, [VALUES, TARGETS, ELEMENT_WEIGHT], [0, 2]),
    "gaussian, one variance a row": (nn.GaussianNLLLoss, {}, [VALUES, TARGETS, ELEMENT_WEIGHT[:, 0]], [0, 2]),
    "gaussian, one variance a column": (nn.GaussianNLLLoss, {}, [VALUES, TARGETS, ELEMENT_WEIGHT[:1]], [0, 2]),
    "kl": (nn.KLDivLoss, {}, [LOG_PROBABILITIES, PROBABILITIES], [0, 1]),
    "kl of logarithms": (nn.KLDivLoss, {"log_target": True}, [LOG_PROBABILITIES, PROBABILITIES.log()], [0, 1]),
    "bce": (nn.BCELoss, {}, [UNITS, BITS], [0]),
    "bce, weight": (nn.BCELoss, {"weight": UNIT_WEIGHT}, [UNITS, BITS], [0]),
    "bce, weight of columns": (nn.BCELoss, {"weight": WEIGHT}, [UNITS, BITS], [0]),
    "bce with logits": (nn.BCEWithLogitsLoss, {}, [LOGITS, BITS], [0, 1]),
    "bce with logits, weight": (nn.BCEWithLogitsLoss, {"weight": UNIT_WEIGHT}, [LOGITS, BITS], [0]),
    "bce with logits, all": (
        nn.BCEWithLogitsLoss, {"weight": WEIGHT, "pos_weight": torch.tensor([3.0, 1.0, 0.5])}, [LOGITS, BITS], [0]),
    "margin ranking": (nn.MarginRankingLoss, {}, [SCORES, OTHER_SCORES, SIGNS], [0, 1]),
    "margin ranking, margin": (nn.MarginRankingLoss, {"margin": 0.5}, [SCORES, OTHER_SCORES, SIGNS], [0, 1]),
    "hinge embedding": (nn.HingeEmbeddingLoss, {}, [VALUES, SIGN_MATRIX], [0]),
    "hinge embedding, margin": (nn.HingeEmbeddingLoss, {"margin": 0.3}, [VALUES, SIGN_MATRIX], [0]),
    "soft margin": (nn.SoftMarginLoss, {}, [VALUES, SIGN_MATRIX], [0]),
    "cosine embedding": (nn.CosineEmbeddingLoss, {}, [VECTORS, OTHER_VECTORS, SIGNS], [0, 1]),
    "cosine embedding, margin": (nn.CosineEmbeddingLoss, {"margin": 0.4}, [VECTORS, OTHER_VECTORS, SIGNS], [0, 1]),
    "cosine embedding of one": (nn.CosineEmbeddingLoss, {}, [VECTORS[0], OTHER_VECTORS[0], SIGNS[1]], [0, 1]),
    "multi margin": (nn.MultiMarginLoss, {}, [LOGITS, CLASSES], [0]),
    "multi margin of one": (nn.MultiMarginLoss, {}, [LOGITS[0], CLASSES[0]], [0]),
    "multi margin, all": (
        nn.MultiMarginLoss, {"p": 2, "margin": 0.5, "weight": WEIGHT}, [LOGITS, CLASSES], [0]),
    "multi-label margin": (nn.MultiLabelMarginLoss, {}, [LOGITS, LABELS], [0]),
    "multi-label margin of one": (nn.MultiLabelMarginLoss, {}, [LOGITS[0], LABELS[0]], [0]),
    "multi-label soft margin": (nn.MultiLabelSoftMarginLoss, {}, [LOGITS, BITS], [0, 1]),
    "multi-label soft margin, weight": (nn.MultiLabelSoftMarginLoss, {"weight": WEIGHT}, [LOGITS, BITS], [0]),
    "triplet": (nn.TripletMarginLoss, {}, [VECTORS, OTHER_VECTORS, FAR_VECTORS], [0, 1, 2]),
    "triplet, all": (
        nn.TripletMarginLoss, {"margin": 1.5, "p": 1, "eps": 1e-3, "swap": True},
        [VECTORS, OTHER_VECTORS, FAR_VECTORS], [0, 1, 2]),
    "triplet with distance": (
        nn.TripletMarginWithDistanceLoss, {}, [VECTORS, OTHER_VECTORS, FAR_VECTORS], [0, 1, 2]),
    "triplet with distance, all": (
        nn.TripletMarginWithDistanceLoss, {"distance_function": city_block, "margin": 1.5, "swap": True},
        [VECTORS, OTHER_VECTORS, FAR_VECTORS], [0, 1, 2]),
    "ctc": (
        nn.CTCLoss, {}, [SEQUENCES, SEQUENCE_LABELS, torch.tensor([6, 5]), torch.tensor([3, 2])], [0]),
    "ctc, one after another": (
        nn.CTCLoss, {"blank": 3},
        [SEQUENCES, torch.tensor([1, 2, 2, 0, 1]), torch.tensor([6, 5]), torch.tensor([3, 2])], [0]),
    # The first target, with its blank between equal labels, takes one step more than its input has.
    "ctc, infinity as zero": (
        nn.CTCLoss, {"zero_infinity": True}, [SEQUENCES, SEQUENCE_LABELS, torch.tensor([3, 5]), torch.tensor([3, 2])],
        [0]),
    "ctc of one": (nn.CTCLoss, {}, [LONE_SEQUENCE, torch.tensor([1, 3]), torch.tensor(5), torch.tensor(2)], [0]),
}

# Options that only the functions have.
FUNCTIONS = {
    "l1, weight": (F.l1_loss, {"weight": ELEMENT_WEIGHT}, [VALUES, TARGETS], [0, 1]),
    "mse, weight": (F.mse_loss, {"weight": ELEMENT_WEIGHT}, [VALUES, TARGETS], [0, 1]),
    "huber, weight": (F.huber_loss, {"weight": ELEMENT_WEIGHT, "delta": 0.5}, [VALUES, TARGETS], [0, 1]),
    "gaussian, one variance": (F.gaussian_nll_loss, {"var": 0.6}, [VALUES, TARGETS], [0, 1]),
}


def case(function, inputs, differentiable):
    inputs = [value.clone().requires_grad_(place in differentiable) for place, value in enumerate(inputs)]
    loss = function(*inputs)
    # Weights that differ, so that a gradient in the wrong place shows.
    loss.backward(torch.linspace(0.5, 1.5, loss.numel()).reshape(loss.shape))
    return {"loss": tensor(loss), "gradients": [tensor(inputs[place].grad) for place in differentiable]}


def cases(reductions, make, inputs, differentiable):
    return {
        "inputs": [tensor(value) for value in inputs],
        "differentiable": differentiable,
        "results": {reduction: case(make(reduction), inputs, differentiable) for reduction in reductions},
    }


REDUCTIONS = ["none", "mean", "sum"]
recorded = {}
for name, (module, options, inputs, places) in CASES.items():
    reductions = REDUCTIONS + (["batchmean"] if module is nn.KLDivLoss else [])
    recorded[name] = {"module": module.__name__} | cases(
        reductions, lambda reduction: module(**options, reduction=reduction), inputs, places)
for name, (function, options, inputs, places) in FUNCTIONS.items():
    recorded[name] = cases(
        REDUCTIONS,
        lambda reduction: lambda *arguments: function(*arguments, **options, reduction=reduction),
        inputs, places)

write(
    "losses",
    {
        "cases": recorded,
        "modules": sorted(name for name in dir(nn) if name.endswith("Loss") and not name.startswith("_")),
    },
)
