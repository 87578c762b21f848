"""Records what scikit-learn, scikit-image, torchmetrics, pycocotools, sacrebleu and Python Helios compute.

Writes metrics.json with metrics of tensors, each with the options by which the registry makes it; metrics-text.json and
metrics-detection.json with those of texts and of boxes. Needs scikit-learn 1.9, scikit-image 0.26, torchmetrics 1.9,
pycocotools 2.0, sacrebleu 2.6 and helios-ml 2.0.1, where HELIOS_METRICS names their folder if they are not installed. With
--live, cases whose package is missing are left out, and the file names what is missing.
"""

import contextlib
import importlib
import io
import os
import random
import sys
import warnings

import torch
from fixture import live_folder, tensor, write

warnings.simplefilter("ignore")
sys.path += filter(None, [os.environ.get("HELIOS_METRICS")])
missing = []


def package(name):
    """The module; None if it is missing and may be."""
    try:
        return importlib.import_module(name)
    except ImportError:
        if live_folder() is None:
            raise
        missing.append(name)
        return None


sk = package("sklearn.metrics")
tm = package("torchmetrics.functional")
ski = package("skimage.metrics")
helios = package("helios.metrics.functional")
coco = package("pycocotools.coco")
cocoeval = package("pycocotools.cocoeval")
sacrebleu = package("sacrebleu")

generator = torch.Generator().manual_seed(14)
inputs, cases = [], []


def rand(*shape):
    """Multiples of 1/1024, which are short in JSON."""
    return torch.randint(1024, shape, generator=generator) / torch.tensor(1024, dtype=torch.float64)


def place(values):
    """The position of a tensor among the inputs, which several cases share."""
    for position, known in enumerate(inputs):
        if known.dtype == values.dtype and known.shape == values.shape and torch.equal(known, values):
            return position
    inputs.append(values)
    return len(inputs) - 1


def randint(high, shape):
    return torch.randint(high, shape, generator=generator)


def add(source, metric, options, predictions, targets, expected, per_class=None):
    """One case. `expected` and `per_class` compute the numbers; nothing is recorded if `source` is missing."""
    if source is None:
        return
    value = torch.as_tensor(expected(), dtype=torch.float64)
    case = {
        "metric": metric, "options": options, "predictions": place(predictions), "targets": place(targets),
        "expected": tensor(value), "perClass": None,
    }
    if per_class is not None:
        case["perClass"] = torch.as_tensor(per_class(), dtype=torch.float64).tolist()
    cases.append(case)


# Classification. Class 4 of 6 is never predicted, and class 5 does not occur at all.
scores = rand(60, 6)
scores[:, 4:] -= 2
labels = randint(5, (60,))
predicted = scores.argmax(1)
probabilities = (scores * 3).softmax(1)
binary_scores, binary_labels = rand(50), randint(2, (50,))
# Many scores are the same.
tied_scores = (rand(50) * 6).floor() / 6
label_scores, label_targets = rand(40, 4), randint(2, (40, 4))
label_targets[:, 3] = 0
segmentation_scores, segmentation_labels = rand(3, 4, 5, 2), randint(4, (3, 5, 2))

multiclass = {"task": "multiclass", "num_classes": 6}
binary = {"task": "binary"}
multilabel = {"task": "multilabel", "num_labels": 4}
binary_predicted = (binary_scores > 0.5).long()
label_predicted = (label_scores > 0.5).long()

add(sk, "Accuracy", multiclass, scores, labels, lambda: sk.accuracy_score(labels, predicted))
add(sk, "Accuracy", multiclass, predicted, labels, lambda: sk.accuracy_score(labels, predicted))
add(sk, "Accuracy", multiclass | {"average": "macro"}, scores, labels, lambda: sk.balanced_accuracy_score(labels, predicted))
add(sk, "Accuracy", multiclass | {"top_k": 3}, scores, labels,
    lambda: sk.top_k_accuracy_score(labels, scores, k=3, labels=range(6)))
add(helios, "Accuracy", multiclass | {"top_k": 2}, scores, labels, lambda: helios.calculate_accuracy(scores, labels, 2))
add(sk, "Accuracy", binary, binary_scores, binary_labels, lambda: sk.accuracy_score(binary_labels, binary_predicted))
add(sk, "Accuracy", multilabel | {"exact_match": True}, label_scores, label_targets,
    lambda: sk.accuracy_score(label_targets, label_predicted))
add(tm, "Accuracy", multilabel, label_scores, label_targets,
    lambda: tm.accuracy(label_scores, label_targets, "multilabel", num_labels=4, average="micro"))
add(tm, "Accuracy", {"task": "multiclass", "num_classes": 4}, segmentation_scores, segmentation_labels,
    lambda: tm.accuracy(segmentation_scores, segmentation_labels, "multiclass", num_classes=4, average="micro"))

for metric, extra, function in [
    ("Precision", {}, lambda t, p, **o: sk.precision_score(t, p, zero_division=0, **o)),
    ("Recall", {}, lambda t, p, **o: sk.recall_score(t, p, zero_division=0, **o)),
    ("FBetaScore", {}, lambda t, p, **o: sk.f1_score(t, p, zero_division=0, **o)),
    ("FBetaScore", {"beta": 2}, lambda t, p, **o: sk.fbeta_score(t, p, beta=2, zero_division=0, **o)),
]:
    for average in ["micro", "macro", "weighted"]:
        options = extra | {"average": average}
        add(sk, metric, multiclass | options, scores, labels,
            lambda f=function, a=average: f(labels, predicted, average=a),
            lambda f=function: f(labels, predicted, average=None, labels=range(6)))
        add(sk, metric, multilabel | options, label_scores, label_targets,
            lambda f=function, a=average: f(label_targets, label_predicted, average=a),
            lambda f=function: f(label_targets, label_predicted, average=None))
    add(sk, metric, binary | extra, binary_scores, binary_labels,
        lambda f=function: f(binary_labels, binary_predicted))
absent = multiclass | {"counts_absent_classes": True}
add(helios, "Precision", absent, scores, labels, lambda: helios.calculate_precision(scores, labels))
add(helios, "Recall", absent, scores, labels, lambda: helios.calculate_recall(scores, labels))
add(helios, "FBetaScore", absent | {"combines_averages": True}, scores, labels,
    lambda: helios.calculate_f1(scores, labels))

for normalization, name in [(None, None), ("targets", "true"), ("predictions", "pred"), ("all", "all")]:
    options = {"normalization": normalization} if normalization else {}
    add(sk, "ConfusionMatrix", multiclass | options, scores, labels,
        lambda n=name: sk.confusion_matrix(labels, predicted, labels=range(6), normalize=n))
add(sk, "ConfusionMatrix", binary, binary_scores, binary_labels,
    lambda: sk.confusion_matrix(binary_labels, binary_predicted))
add(sk, "ConfusionMatrix", multilabel, label_scores, label_targets,
    lambda: sk.multilabel_confusion_matrix(label_targets, label_predicted))

for weights in ["none", "linear", "quadratic"]:
    add(sk, "CohenKappa", multiclass | {"weights": weights}, scores, labels,
        lambda w=weights: sk.cohen_kappa_score(predicted, labels, labels=range(6), weights=None if w == "none" else w))
add(sk, "MatthewsCorrelation", multiclass, scores, labels, lambda: sk.matthews_corrcoef(labels, predicted))
add(sk, "MatthewsCorrelation", binary, binary_scores, binary_labels,
    lambda: sk.matthews_corrcoef(binary_labels, binary_predicted))

five, first_five = {"task": "multiclass", "num_classes": 5}, (scores[:, :5] * 2).softmax(1)
one_hot = torch.nn.functional.one_hot(labels, 5)
for values in [binary_scores, tied_scores]:
    add(sk, "AUROC", binary, values, binary_labels, lambda v=values: sk.roc_auc_score(binary_labels, v))
    add(sk, "AveragePrecision", binary, values, binary_labels,
        lambda v=values: sk.average_precision_score(binary_labels, v))
for average in ["micro", "macro", "weighted"]:
    add(sk, "AUROC", five | {"average": average}, first_five, labels,
        lambda a=average: sk.roc_auc_score(one_hot, first_five, average=a),
        lambda: sk.roc_auc_score(one_hot, first_five, average=None))
    add(sk, "AveragePrecision", five | {"average": average}, first_five, labels,
        lambda a=average: sk.average_precision_score(one_hot, first_five, average=a),
        lambda: sk.average_precision_score(one_hot, first_five, average=None))
# Label 3 does not occur: torchmetrics counts it as 0, and Helios leaves it out.
add(tm, "AveragePrecision", multilabel, label_scores, label_targets,
    lambda: tm.average_precision(label_scores, label_targets, "multilabel", num_labels=4))
add(helios, "AveragePrecision", multilabel | {"as_percent": True, "counts_absent_classes": False}, label_scores, label_targets,
    lambda: helios.calculate_mAP(label_targets.numpy(), label_scores.numpy()))

certain = binary_scores.clone()
certain[:3] = 1
for norm in ["l1", "l2", "max"]:
    add(tm, "CalibrationError", multiclass | {"norm": norm}, probabilities, labels,
        lambda n=norm: tm.calibration_error(probabilities, labels, "multiclass", num_classes=6, norm=n))
    add(tm, "CalibrationError", binary | {"norm": norm, "n_bins": 7}, certain, binary_labels,
        lambda n=norm: tm.calibration_error(certain, binary_labels, "binary", norm=n, n_bins=7))

# Numbers. The targets have a mean that is large beside their spread.
values, truth = rand(30) + 1e3, rand(30) + 1e3
columns, true_columns = rand(20, 3), rand(20, 3)
true_columns[:, 2] = 0.5
for p, t in [(values, truth), (columns, true_columns)]:
    add(sk, "MeanAbsoluteError", {}, p, t, lambda p=p, t=t: sk.mean_absolute_error(t, p))
    add(sk, "MeanSquaredError", {}, p, t, lambda p=p, t=t: sk.mean_squared_error(t, p))
    add(tm, "RootMeanSquaredError", {}, p, t, lambda p=p, t=t: tm.mean_squared_error(p, t, squared=False))
    add(sk, "R2Score", {}, p, t, lambda p=p, t=t: sk.r2_score(t, p))
add(sk, "RootMeanSquaredError", {}, values, truth, lambda: sk.root_mean_squared_error(truth, values))
add(helios, "RootMeanSquaredError", {}, columns, true_columns, lambda: helios.calculate_rmse(columns, true_columns))
add(helios, "MeanAbsoluteError", {"scale": 255, "offset": 1e-4}, columns, true_columns,
    lambda: helios.calculate_mae(columns.numpy(), true_columns.numpy(), 255))

# Images.
images = rand(2, 3, 20, 17)
others = (images + 0.2 * (rand(2, 3, 20, 17) - 0.5)).clamp(0, 1)
add(tm, "PSNR", {}, others, images, lambda: tm.image.peak_signal_noise_ratio(others, images, data_range=1.0))
add(ski, "PSNR", {}, others[0], images[0],
    lambda: ski.peak_signal_noise_ratio(images[0].numpy(), others[0].numpy(), data_range=1))
add(ski, "PSNR", {"per_image": True}, others, images,
    lambda: sum(ski.peak_signal_noise_ratio(images[i].numpy(), others[i].numpy(), data_range=1) for i in range(2)) / 2)
for options, arguments in [
    ({"window_size": 7}, {}),
    ({}, {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}),
]:
    add(ski, "SSIM", options, others[0], images[0],
        lambda a=arguments: ski.structural_similarity(
            images[0].numpy(), others[0].numpy(), data_range=1, channel_axis=0, **a))

whole, whole_others = (images * 255).round(), (others * 255).round()
last, last_others = whole[0].permute(1, 2, 0).contiguous(), whole_others[0].permute(1, 2, 0).contiguous()
for metric, name in [("PSNR", "calculate_psnr"), ("SSIM", "calculate_ssim")]:
    for crop in [0, 2]:
        for luma in [False, True]:
            options = {"data_range": 255, "crop_border": crop}
            mean = {"per_image": True} if metric == "PSNR" else {}
            tensors = {"epsilon": 1e-8} if metric == "PSNR" else {}
            add(helios, metric, options | mean | {"input_order": "HWC"} | ({"luma": "bgr"} if luma else {}),
                last_others, last,
                lambda n=name, c=crop, y=luma: getattr(helios, n)(
                    last_others.numpy(), last.numpy(), c, test_y_channel=y))
            add(helios, metric,
                options | mean | tensors | {"data_range": 1} | ({"luma": "rgb"} if luma else {}),
                others[:1], images[:1],
                lambda n=name, c=crop, y=luma: getattr(helios, n + "_torch")(others[:1], images[:1], c, y))

# Language.
logits, tokens = rand(3, 7, 11) * 4, randint(11, (3, 7))
tokens[1, 4:] = 0
add(tm, "Perplexity", {}, logits, tokens, lambda: tm.text.perplexity(logits, tokens))
add(tm, "Perplexity", {"ignore_index": 0}, logits, tokens, lambda: tm.text.perplexity(logits, tokens, ignore_index=0))
write("metrics", {"missing": missing, "inputs": [tensor(values) for values in inputs], "cases": cases})

translations = [
    "the cat sits on the mat", "it is a small house near the river", "hello", "there are many green trees and and and",
]
references = [
    ["the cat is sitting on the mat", "a cat sits on the mat"],
    ["it is a little house by the river", "this is a small house near a river today"],
    ["hello there", "good morning"],
    ["there are many green trees", "many green trees and bushes are there"],
]
odd = (["one two three four five", "six seven"], [["one two three four six"], ["seven six"]])
few = (["one two x three four"], [["one two y three four z"]])
texts = []


def add_text(options, pair, expected):
    texts.append({"options": options, "translations": pair[0], "references": pair[1], "expected": float(expected)})


for pair in [(translations, references), odd, few]:
    if tm:
        add_text({}, pair, tm.bleu_score(*pair))
        add_text({"max_length": 2}, pair, tm.bleu_score(*pair, n_gram=2))
        # Of a length without a match torchmetrics makes 0 in spite of the smoothing.
        if pair is not few:
            add_text({"smoothing": "add"}, pair, tm.bleu_score(*pair, smooth=True))
    if sacrebleu:
        columns_of_references = list(map(list, zip(*pair[1])))
        for ours, theirs, value in [("none", "none", None), ("exponential", "exp", None), ("floor", "floor", 0.1),
                                    ("add", "add-k", 1)]:
            score = sacrebleu.corpus_bleu(
                pair[0], columns_of_references, smooth_method=theirs, smooth_value=value, tokenize="none").score
            add_text({"smoothing": ours}, pair, score / 100)
write("metrics-text", texts)

# Boxes: found ones are shifted, left out, doubled and given wrong labels. Sizes go from small to large.
chance = random.Random(14)


def box():
    left, top = chance.uniform(0, 400), chance.uniform(0, 400)
    side = chance.choice([12, 25, 50, 80, 150, 250])
    return [left, top, left + side * chance.uniform(0.7, 1.4), top + side * chance.uniform(0.7, 1.4)]


def shifted(b):
    by = lambda low, high: chance.uniform(-0.12, 0.12) * (high - low)
    return [b[0] + by(b[0], b[2]), b[1] + by(b[1], b[3]), b[2] + by(b[0], b[2]), b[3] + by(b[1], b[3])]


def picture(count):
    truths = [(box(), chance.randint(1, 3), int(chance.random() < 0.15)) for _ in range(count)]
    found = []
    for b, label, _ in truths:
        for _ in range(chance.choice([0, 1, 1, 1, 2])):
            found.append((shifted(b), chance.choice([label] * 6 + [4]), round(chance.random(), 1)))
    found += [(box(), chance.randint(1, 3), round(chance.random(), 1)) for _ in range(chance.randint(0, 3))]
    return {
        "boxes": [f[0] for f in found], "labels": [f[1] for f in found], "scores": [f[2] for f in found],
        "truthBoxes": [t[0] for t in truths], "truthLabels": [t[1] for t in truths], "crowds": [t[2] for t in truths],
    }


def size(b):
    return [b[0], b[1], b[2] - b[0], b[3] - b[1]]


def evaluate(pictures):
    """COCOeval's twelve numbers, and the precision of each label; None where there is nothing to find."""
    numbers, annotations, found = range(len(pictures)), [], []
    for image, p in enumerate(pictures):
        for b, label, crowd in zip(p["truthBoxes"], p["truthLabels"], p["crowds"]):
            b = size(b)
            annotations.append({"id": len(annotations) + 1, "image_id": image, "category_id": label, "bbox": b,
                                "area": b[2] * b[3], "iscrowd": crowd})
        for b, label, score in zip(p["boxes"], p["labels"], p["scores"]):
            found.append({"image_id": image, "category_id": label, "bbox": size(b), "score": score})
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO()
        truth.dataset = {"info": {}, "images": [{"id": i} for i in numbers], "annotations": annotations,
                         "categories": [{"id": i} for i in range(1, 5)]}
        truth.createIndex()
        evaluation = cocoeval.COCOeval(truth, truth.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    per_label = [precision[:, :, i][precision[:, :, i] > -1] for i in range(precision.shape[2])]
    known = lambda value: None if value < 0 else float(value)
    return {
        "stats": [known(s) for s in evaluation.stats],
        "perLabel": [float(p.mean()) if p.size else None for p in per_label],
    }


detections = []
for counts in [[3, 6, 0, 9, 4, 12, 7, 5], [1], [60, 2]]:
    pictures = [picture(count) for count in counts]
    if coco and cocoeval:
        detections.append({"pictures": pictures} | evaluate(pictures))
write("metrics-detection", detections)
