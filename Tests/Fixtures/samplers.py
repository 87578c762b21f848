"""Records the orders of PyTorch's samplers and splits, scikit-learn's folds, and PyTorch's padding of sequences.

Writes samplers.json. Needs scikit-learn 1.9.
"""

import random

import torch
from fixture import tensor, write
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import SubsetRandomSampler, WeightedRandomSampler, random_split

SEED = 11


def generator(epoch=0):
    """That of an epoch, as in Helios."""
    return torch.Generator().manual_seed(SEED + epoch)


def folds(splitter, *arguments):
    return [{"train": train.tolist(), "valid": valid.tolist()} for train, valid in splitter.split(*arguments)]


def weighted():
    weights = [0.1, 0.0, 2.0, 1.0, 0.5, 3.0, 0.25, 0.25]
    return {
        "weights": weights,
        "replacement": [list(WeightedRandomSampler(weights, 20, True, generator(epoch))) for epoch in range(2)],
        "single": [list(WeightedRandomSampler(weights, 5, False, generator(epoch))) for epoch in range(2)],
    }


def subset():
    numbers = [7, 3, 9, 9, 0, 21]
    return {"numbers": numbers, "orders": [list(SubsetRandomSampler(numbers, generator(epoch))) for epoch in range(2)]}


def splits():
    cases = []
    for count, lengths in [(10, [0.5, 0.5]), (11, [0.8, 0.1, 0.1]), (7, [0.33, 0.33, 0.34]), (9, [2, 3, 4])]:
        parts = random_split(range(count), lengths, generator())
        cases.append({"count": count, "lengths": lengths, "parts": [list(part.indices) for part in parts]})
    return cases


def cross_validation():
    source = random.Random(1)
    labels = [source.choice([5, 5, 5, 1, 1, 3]) for _ in range(23)]
    # Groups of one size are in another order with each version of numpy's sort.
    groups = [group for group, size in enumerate([3, 1, 6, 4, 2, 7, 5]) for _ in range(size)]
    source.shuffle(groups)
    return {
        "count": 23,
        "labels": labels,
        "groups": groups,
        "plain": [folds(KFold(count), range(23)) for count in (2, 5, 23)],
        "stratified": [folds(StratifiedKFold(count), range(23), labels) for count in (2, 3)],
        "grouped": [folds(GroupKFold(count), range(len(groups)), None, groups) for count in (2, 3, 7)],
    }


def padding():
    samples = [torch.arange(3 * length, dtype=torch.float32).reshape(length, 3) + length for length in (2, 5, 0, 1)]
    return {
        "samples": [tensor(sample) for sample in samples],
        "padded": tensor(pad_sequence(samples, batch_first=True, padding_value=-1.5)),
    }


write(
    "samplers",
    {
        "seed": SEED, "weighted": weighted(), "subset": subset(), "splits": splits(),
        "folds": cross_validation(), "padding": padding(),
    },
)
