"""The layers that layers.py records: for each a name, how it is made, its inputs, and if needed how it is called."""

import torch
from torch import nn

FAMILIES = {}

FAMILIES["linear"] = {
    "linear": (lambda: nn.Linear(5, 3), [[2, 4, 5]]),
    "linear without bias": (lambda: nn.Linear(5, 3, bias=False), [[2, 5]]),
    "bilinear": (lambda: nn.Bilinear(3, 4, 2), [[5, 3], [5, 4]]),
    "bilinear without bias": (lambda: nn.Bilinear(3, 4, 2, bias=False), [[2, 2, 3], [2, 2, 4]]),
    "identity": (lambda: nn.Identity(), [[3]]),
    "cosine similarity": (lambda: nn.CosineSimilarity(), [[3, 4], [3, 4]]),
    "cosine similarity with options": (lambda: nn.CosineSimilarity(dim=0, eps=0.5), [[3, 4], [3, 4]]),
    "pairwise distance": (lambda: nn.PairwiseDistance(), [[3, 4], [3, 4]]),
    "pairwise distance with options": (lambda: nn.PairwiseDistance(p=1, eps=0.25, keepdim=True), [[3, 4], [3, 4]]),
}

FAMILIES["convolution"] = {
    "conv1d": (lambda: nn.Conv1d(2, 3, 3), [[2, 2, 6]]),
    "conv1d of one": (lambda: nn.Conv1d(2, 3, 3), [[2, 6]]),
    "conv1d with all options": (
        lambda: nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2, bias=False), [[2, 4, 7]]),
    "conv1d same circular": (lambda: nn.Conv1d(1, 2, 4, padding="same", padding_mode="circular"), [[2, 1, 6]]),
    "conv2d": (lambda: nn.Conv2d(2, 3, 3), [[2, 2, 5, 6]]),
    "conv2d of one image": (lambda: nn.Conv2d(2, 3, 3), [[2, 5, 6]]),
    "conv2d with all options": (
        lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2, bias=False),
        [[2, 4, 6, 5]]),
    "conv2d same": (lambda: nn.Conv2d(2, 3, (4, 3), padding="same", dilation=(1, 2)), [[2, 2, 6, 7]]),
    "conv2d valid": (lambda: nn.Conv2d(2, 3, 3, padding="valid"), [[2, 2, 5, 6]]),
    "conv2d reflect": (lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="reflect"), [[2, 2, 5, 6]]),
    "conv2d replicate": (lambda: nn.Conv2d(2, 3, 3, padding=(4, 1), padding_mode="replicate"), [[2, 2, 3, 6]]),
    "conv2d circular": (lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="circular"), [[2, 2, 5, 6]]),
    "conv2d same reflect": (lambda: nn.Conv2d(2, 3, (4, 3), padding="same", padding_mode="reflect"), [[2, 2, 5, 6]]),
    "conv3d": (lambda: nn.Conv3d(2, 2, 2), [[1, 2, 3, 4, 3]]),
    "conv3d with all options": (
        lambda: nn.Conv3d(2, 4, (1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 2), dilation=(2, 1, 1), groups=2, bias=False),
        [[1, 2, 3, 4, 3]]),
    "conv3d same": (lambda: nn.Conv3d(1, 2, (1, 2, 3), padding="same"), [[1, 1, 2, 3, 3]]),
    "conv3d replicate": (lambda: nn.Conv3d(1, 2, 2, padding=1, padding_mode="replicate"), [[1, 1, 2, 3, 2]]),
    "conv transpose1d": (lambda: nn.ConvTranspose1d(2, 3, 3), [[2, 2, 4]]),
    "conv transpose1d with all options": (
        lambda: nn.ConvTranspose1d(
            4, 6, 3, stride=2, padding=1, output_padding=1, groups=2, bias=False, dilation=2), [[2, 4, 4]]),
    "conv transpose2d": (lambda: nn.ConvTranspose2d(2, 3, 3), [[2, 3, 4]]),
    "conv transpose2d with all options": (
        lambda: nn.ConvTranspose2d(
            4, 6, (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2, dilation=(2, 1)),
        [[2, 4, 3, 2]]),
    "conv transpose2d to a size": (
        lambda: nn.ConvTranspose2d(2, 2, 3, stride=3), [[1, 2, 2, 2]],
        lambda layer, x: layer(x, output_size=[7, 8])),
    "conv transpose3d": (lambda: nn.ConvTranspose3d(2, 2, 2), [[1, 2, 2, 3, 2]]),
    "conv transpose3d with all options": (
        lambda: nn.ConvTranspose3d(
            2, 4, (1, 3, 2), stride=(1, 2, 2), padding=(0, 1, 1), output_padding=(0, 1, 1), groups=2, bias=False),
        [[1, 2, 2, 3, 2]]),
}  # fmt: skip

FAMILIES["pooling"] = {
    "max pool1d": (lambda: nn.MaxPool1d(2), [[2, 2, 7]]),
    "max pool1d with all options": (
        lambda: nn.MaxPool1d(3, stride=2, padding=1, dilation=2, ceil_mode=True), [[2, 2, 8]]),
    "max pool1d with indices": (lambda: nn.MaxPool1d(2, return_indices=True), [[2, 7]]),
    "max pool2d": (lambda: nn.MaxPool2d(2), [[2, 2, 5, 6]]),
    "max pool2d with all options": (
        lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), ceil_mode=True), [[2, 2, 6, 7]]),
    "max pool2d with indices": (lambda: nn.MaxPool2d(2, return_indices=True), [[1, 2, 4, 4]]),
    "max pool3d": (lambda: nn.MaxPool3d(2), [[1, 2, 4, 5, 4]]),
    "max pool3d with all options": (
        lambda: nn.MaxPool3d((1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), dilation=(2, 1, 1), ceil_mode=True),
        [[1, 2, 3, 4, 4]]),
    "max pool3d with indices": (lambda: nn.MaxPool3d(2, return_indices=True), [[1, 2, 4, 4]]),
    "max unpool1d": (
        lambda: nn.MaxUnpool1d(2), [[1, 2, 6]],
        lambda layer, x: layer(*nn.functional.max_pool1d(x, 2, return_indices=True))),
    "max unpool2d to a size": (
        lambda: nn.MaxUnpool2d((2, 1), stride=2), [[1, 2, 5, 6]],
        lambda layer, x: layer(
            *nn.functional.max_pool2d(x, (2, 1), stride=2, return_indices=True), output_size=(5, 6))),
    "max unpool3d": (
        lambda: nn.MaxUnpool3d(2), [[1, 2, 4, 2, 4]],
        lambda layer, x: layer(*nn.functional.max_pool3d(x, 2, return_indices=True))),
    "avg pool1d": (lambda: nn.AvgPool1d(2), [[2, 2, 7]]),
    "avg pool1d with all options": (
        lambda: nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False), [[2, 8]]),
    "avg pool2d": (lambda: nn.AvgPool2d(2), [[1, 2, 5, 6]]),
    "avg pool2d with all options": (
        lambda: nn.AvgPool2d((3, 2), stride=(2, 1), padding=(1, 0), ceil_mode=True, count_include_pad=False),
        [[1, 2, 6, 5]]),
    "avg pool2d by a divisor": (lambda: nn.AvgPool2d(2, divisor_override=3), [[2, 4, 4]]),
    "avg pool3d": (lambda: nn.AvgPool3d(2), [[1, 2, 4, 5, 4]]),
    "avg pool3d with all options": (
        lambda: nn.AvgPool3d(
            (1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), ceil_mode=True, count_include_pad=False,
            divisor_override=5),
        [[1, 2, 3, 4, 4]]),
    "adaptive max pool1d": (lambda: nn.AdaptiveMaxPool1d(3), [[2, 2, 7]]),
    "adaptive max pool2d": (lambda: nn.AdaptiveMaxPool2d((3, 2), return_indices=True), [[1, 2, 5, 4]]),
    "adaptive max pool2d with the input's width": (lambda: nn.AdaptiveMaxPool2d((3, None)), [[1, 2, 5, 4]]),
    "adaptive max pool3d": (lambda: nn.AdaptiveMaxPool3d((2, None, 1)), [[2, 3, 2, 3]]),
    "adaptive avg pool1d": (lambda: nn.AdaptiveAvgPool1d(3), [[2, 2, 7]]),
    "adaptive avg pool2d": (lambda: nn.AdaptiveAvgPool2d(3), [[1, 2, 5, 4]]),
    "adaptive avg pool2d with the input's height": (lambda: nn.AdaptiveAvgPool2d((None, 2)), [[1, 2, 5, 4]]),
    "adaptive avg pool3d": (lambda: nn.AdaptiveAvgPool3d((2, None, 1)), [[2, 3, 2, 3]]),
    "fractional max pool2d": (lambda: nn.FractionalMaxPool2d(2, output_size=(3, 2)), [[2, 2, 6, 5]]),
    "fractional max pool2d by a ratio": (
        lambda: nn.FractionalMaxPool2d((2, 3), output_ratio=(0.5, 0.7), return_indices=True), [[2, 6, 7]]),
    "fractional max pool3d": (lambda: nn.FractionalMaxPool3d(2, output_size=(2, 3, 2)), [[1, 2, 4, 6, 5]]),
    "fractional max pool3d by a ratio": (
        lambda: nn.FractionalMaxPool3d(2, output_ratio=(0.5, 0.6, 0.7)), [[1, 1, 4, 5, 5]]),
    "lp pool1d": (lambda: nn.LPPool1d(2.0, 3, stride=2, ceil_mode=True), [[2, 2, 8]]),
    "lp pool2d": (lambda: nn.LPPool2d(2.0, (2, 3)), [[1, 2, 4, 6]]),
    "lp pool2d of the greatest": (lambda: nn.LPPool2d(float("inf"), 2), [[1, 2, 4, 6]]),
    "lp pool3d": (lambda: nn.LPPool3d(1.0, 2, stride=(1, 2, 2)), [[1, 2, 3, 4, 4]]),
}  # fmt: skip

FAMILIES["normalization"] = {
    "batch norm1d": (lambda: nn.BatchNorm1d(3), [[4, 3]]),
    "batch norm1d of sequences": (lambda: nn.BatchNorm1d(3, eps=1e-3, momentum=0.3), [[2, 3, 4]]),
    "batch norm2d": (lambda: nn.BatchNorm2d(3), [[2, 3, 2, 4]]),
    "batch norm2d with options": (lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.3, bias=False), [[2, 3, 2, 4]]),
    "batch norm2d with the mean of all": (lambda: nn.BatchNorm2d(3, momentum=None), [[2, 3, 2, 4]]),
    "batch norm2d without weights": (lambda: nn.BatchNorm2d(3, affine=False), [[2, 3, 2, 4]]),
    "batch norm2d without statistics": (lambda: nn.BatchNorm2d(3, track_running_stats=False), [[2, 3, 2, 4]]),
    "batch norm3d": (lambda: nn.BatchNorm3d(2), [[2, 2, 2, 3, 2]]),
    "instance norm1d": (lambda: nn.InstanceNorm1d(3), [[2, 3, 4]]),
    "instance norm1d of one": (lambda: nn.InstanceNorm1d(3, affine=True), [[3, 4]]),
    "instance norm2d": (lambda: nn.InstanceNorm2d(3, eps=1e-3, affine=True, bias=False), [[2, 3, 2, 4]]),
    "instance norm2d with statistics": (
        lambda: nn.InstanceNorm2d(3, momentum=0.3, affine=True, track_running_stats=True), [[2, 3, 2, 4]]),
    "instance norm3d": (lambda: nn.InstanceNorm3d(2, track_running_stats=True), [[2, 2, 2, 3, 2]]),
    "group norm": (lambda: nn.GroupNorm(2, 4), [[2, 4, 3]]),
    "group norm with options": (lambda: nn.GroupNorm(2, 4, eps=1e-3, bias=False), [[2, 4, 3, 2]]),
    "group norm without weights": (lambda: nn.GroupNorm(4, 4, affine=False), [[2, 4, 3]]),
    "layer norm": (lambda: nn.LayerNorm(5), [[2, 3, 5]]),
    "layer norm with options": (lambda: nn.LayerNorm([3, 5], eps=1e-3, bias=False), [[2, 3, 5]]),
    "layer norm without weights": (lambda: nn.LayerNorm(5, elementwise_affine=False), [[2, 5]]),
    "rms norm": (lambda: nn.RMSNorm(5), [[2, 3, 5]]),
    "rms norm with options": (lambda: nn.RMSNorm([3, 5], eps=1e-3), [[2, 3, 5]]),
    "rms norm without weights": (lambda: nn.RMSNorm(5, elementwise_affine=False), [[2, 5]]),
    "local response norm": (lambda: nn.LocalResponseNorm(2), [[2, 4, 3]]),
    "local response norm with options": (
        lambda: nn.LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2.0), [[2, 4, 2, 2]]),
    "local response norm of volumes": (lambda: nn.LocalResponseNorm(4, alpha=0.1), [[1, 4, 2, 2, 2]]),
}  # fmt: skip

FAMILIES["dropout"] = {
    "dropout": (lambda: nn.Dropout(0.4), [[5, 6]]),
    "dropout in place": (lambda: nn.Dropout(0.4, inplace=True), [[5, 6]]),
    "dropout1d": (lambda: nn.Dropout1d(0.4), [[3, 4, 2]]),
    "dropout1d of one": (lambda: nn.Dropout1d(0.4, inplace=True), [[6, 2]]),
    "dropout2d": (lambda: nn.Dropout2d(0.4), [[3, 4, 2, 2]]),
    "dropout2d of sequences": (lambda: nn.Dropout2d(0.4), [[3, 4, 2]]),
    "dropout3d": (lambda: nn.Dropout3d(0.4, inplace=True), [[2, 4, 2, 1, 2]]),
    "dropout3d of one": (lambda: nn.Dropout3d(0.4), [[6, 2, 1, 2]]),
    "alpha dropout": (lambda: nn.AlphaDropout(0.4), [[5, 6]]),
    "feature alpha dropout": (lambda: nn.FeatureAlphaDropout(0.4), [[3, 4, 2]]),
}

FAMILIES["embedding"] = {
    "embedding": (lambda: nn.Embedding(6, 3), [torch.tensor([[1, 4], [1, 0]])]),
    "embedding with a padding": (lambda: nn.Embedding(6, 3, padding_idx=-2), [torch.tensor([[1, 4], [4, 0]])]),
    "embedding of limited norm": (
        lambda: nn.Embedding(6, 3, max_norm=1.0, norm_type=1.0), [torch.tensor([1, 4, 1])],
        # As PyTorch requires if the table is changed in place.
        lambda layer, x: layer(x) * 1),
    "embedding scaled by use": (
        lambda: nn.Embedding(6, 3, scale_grad_by_freq=True, sparse=False), [torch.tensor([1, 4, 1])]),
    "embedding with sparse gradient": (lambda: nn.Embedding(6, 3, sparse=True), [torch.tensor([1, 4, 1])]),
    "embedding bag": (
        lambda: nn.EmbeddingBag(6, 3), [torch.tensor([1, 4, 1, 5, 0]), torch.tensor([0, 2])]),
    "embedding bag of sums": (
        lambda: nn.EmbeddingBag(6, 3, mode="sum", padding_idx=4), [torch.tensor([[1, 4], [4, 0], [2, 3]])]),
    "embedding bag with weights": (
        lambda: nn.EmbeddingBag(6, 3, mode="sum"), [torch.tensor([[1, 4], [4, 0]]), [2, 2]],
        lambda layer, x, weights: layer(x, per_sample_weights=weights)),
    "embedding bag of the greatest": (
        lambda: nn.EmbeddingBag(6, 3, mode="max", max_norm=1.5), [torch.tensor([[1, 4], [4, 0]])]),
    "embedding bag with the last offset": (
        lambda: nn.EmbeddingBag(6, 3, scale_grad_by_freq=True, include_last_offset=True),
        [torch.tensor([1, 4, 1]), torch.tensor([0, 2, 3])]),
}  # fmt: skip

ACTIVATIONS = {
    "relu": lambda **o: nn.ReLU(**o),
    "relu6": lambda **o: nn.ReLU6(**o),
    "leaky relu": lambda **o: nn.LeakyReLU(0.2, **o),
    "rrelu": lambda **o: nn.RReLU(0.1, 0.4, **o),
    "elu": lambda **o: nn.ELU(1.5, **o),
    "celu": lambda **o: nn.CELU(1.5, **o),
    "selu": lambda **o: nn.SELU(**o),
    "threshold": lambda **o: nn.Threshold(0.5, -2.0, **o),
    "silu": lambda **o: nn.SiLU(**o),
    "mish": lambda **o: nn.Mish(**o),
    "hardsigmoid": lambda **o: nn.Hardsigmoid(**o),
    "hardswish": lambda **o: nn.Hardswish(**o),
    "hardtanh": lambda **o: nn.Hardtanh(-2.0, 0.5, **o),
}
FAMILIES["activation"] = (
    {name: (make, [[3, 6]]) for name, make in ACTIVATIONS.items()}
    | {f"{name} in place": ((lambda make=make: make(inplace=True)), [[2, 3]]) for name, make in ACTIVATIONS.items()}
    | {
        "rrelu by default": (lambda: nn.RReLU(), [[2, 3]]),
        "leaky relu by default": (lambda: nn.LeakyReLU(), [[2, 3]]),
        "elu by default": (lambda: nn.ELU(), [[2, 3]]),
        "prelu": (lambda: nn.PReLU(), [[3, 4]]),
        "prelu by channel": (lambda: nn.PReLU(3, init=0.5), [[2, 3, 4]]),
        "gelu": (lambda: nn.GELU(), [[3, 6]]),
        "gelu by tanh": (lambda: nn.GELU(approximate="tanh"), [[3, 6]]),
        "softplus": (lambda: nn.Softplus(), [[3, 6]]),
        "softplus with options": (lambda: nn.Softplus(2.0, 1.5), [[3, 6]]),
        "sigmoid": (lambda: nn.Sigmoid(), [[3, 6]]),
        "log sigmoid": (lambda: nn.LogSigmoid(), [[3, 6]]),
        "tanh": (lambda: nn.Tanh(), [[3, 6]]),
        "tanhshrink": (lambda: nn.Tanhshrink(), [[3, 6]]),
        "softsign": (lambda: nn.Softsign(), [[3, 6]]),
        "hardshrink": (lambda: nn.Hardshrink(0.75), [[3, 6]]),
        "softshrink": (lambda: nn.Softshrink(0.75), [[3, 6]]),
        "glu": (lambda: nn.GLU(), [[3, 6]]),
        "glu of channels": (lambda: nn.GLU(dim=1), [[2, 4, 3]]),
        "softmax": (lambda: nn.Softmax(dim=1), [[3, 6]]),
        "softmin": (lambda: nn.Softmin(dim=0), [[3, 6]]),
        "log softmax": (lambda: nn.LogSoftmax(dim=-1), [[3, 6]]),
        "softmax2d": (lambda: nn.Softmax2d(), [[2, 3, 2, 2]]),
        "softmax2d of one": (lambda: nn.Softmax2d(), [[3, 2, 2]]),
    }
)

FAMILIES["padding"] = {
    f"{kind.lower()} pad{n}d{name}": (
        lambda kind=kind, n=n, padding=padding: getattr(nn, f"{kind}Pad{n}d")(
            padding, *([0.5] if kind == "Constant" else [])),
        [[1, 2, 3, 4, 5][: n + 2]])
    for kind in ["Zero", "Constant", "Reflection", "Replication", "Circular"]
    for n in [1, 2, 3]
    for name, padding in [("", 1), (" by edge", (2, 0, 1, 2, 0, 1)[: 2 * n])]
} | {
    "zero pad2d that cuts": (lambda: nn.ZeroPad2d((-1, 2, 0, -1)), [[2, 3, 4]]),
    "reflection pad1d of one": (lambda: nn.ReflectionPad1d(2), [[2, 4]]),
}  # fmt: skip

FAMILIES["shape"] = {
    "flatten": (lambda: nn.Flatten(), [[2, 3, 2]]),
    "flatten of some": (lambda: nn.Flatten(start_dim=0, end_dim=-2), [[2, 3, 2]]),
    "unflatten": (lambda: nn.Unflatten(1, (2, 3)), [[2, 6]]),
    "pixel shuffle": (lambda: nn.PixelShuffle(2), [[1, 8, 2, 3]]),
    "pixel unshuffle": (lambda: nn.PixelUnshuffle(2), [[1, 2, 4, 2]]),
    "channel shuffle": (lambda: nn.ChannelShuffle(2), [[1, 6, 1, 2]]),
    "unfold": (lambda: nn.Unfold((2, 3)), [[1, 2, 3, 4]]),
    "unfold with all options": (lambda: nn.Unfold(2, dilation=(1, 2), padding=1, stride=(2, 1)), [[2, 3, 4]]),
    "fold": (lambda: nn.Fold((3, 4), (2, 3)), [[1, 12, 4]]),
    "fold with all options": (lambda: nn.Fold(4, 2, dilation=(1, 2), padding=1, stride=2), [[1, 8, 6]]),
    "upsample": (lambda: nn.Upsample(scale_factor=2), [[1, 2, 3]]),
    "upsample to a size": (lambda: nn.Upsample(size=5), [[1, 2, 3, 3]]),
    "upsample of volumes": (lambda: nn.Upsample(scale_factor=(1.0, 2.0, 1.5)), [[1, 1, 2, 2, 2]]),
    "upsample nearest-exact": (lambda: nn.Upsample(scale_factor=1.7, mode="nearest-exact"), [[1, 2, 5]]),
    "upsample nearest-exact of images": (lambda: nn.Upsample(size=(7, 3), mode="nearest-exact"), [[1, 1, 3, 5]]),
    "upsample area": (lambda: nn.Upsample(scale_factor=0.6, mode="area"), [[1, 2, 5, 6]]),
    "upsample linear": (lambda: nn.Upsample(scale_factor=1.6, mode="linear"), [[1, 2, 4]]),
    "upsample linear with recomputed factor": (
        lambda: nn.Upsample(scale_factor=1.6, mode="linear", recompute_scale_factor=True), [[1, 2, 4]]),
    "upsample bilinear": (lambda: nn.Upsample(scale_factor=(2.0, 1.5), mode="bilinear"), [[1, 2, 3, 4]]),
    "upsample bilinear with aligned corners": (
        lambda: nn.Upsample(size=(5, 4), mode="bilinear", align_corners=True), [[1, 2, 3, 3]]),
    "upsample bicubic": (lambda: nn.Upsample(scale_factor=2, mode="bicubic"), [[1, 1, 3, 4]]),
    "upsample trilinear": (lambda: nn.Upsample(scale_factor=2, mode="trilinear"), [[1, 1, 2, 2, 3]]),
    "upsampling nearest2d": (lambda: nn.UpsamplingNearest2d(scale_factor=2), [[1, 1, 2, 3]]),
    "upsampling bilinear2d": (lambda: nn.UpsamplingBilinear2d(size=(4, 5)), [[1, 1, 2, 3]]),
}  # fmt: skip

FAMILIES["container"] = {
    "sequential": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(),
            nn.Dropout(), nn.Linear(8, 3)),
        [[3, 1, 4, 4]]),
    "module list": (
        lambda: nn.ModuleList([nn.Linear(2, 3), nn.Linear(3, 2), nn.ReLU()]), [[3, 2]],
        lambda layers, x: layers[2](layers[1](layers[0](x)))),
    "module dict": (
        lambda: nn.ModuleDict({"second": nn.Linear(3, 2), "first": nn.Linear(2, 3)}), [[3, 2]],
        lambda layers, x: layers["second"](layers["first"](x))),
}  # fmt: skip


def packed(layer, x, *states):
    """The layer on sequences of three lengths, and what padding gives back."""
    sequence = nn.utils.rnn.pack_padded_sequence(x, [2, 4, 3], enforce_sorted=False)
    output, last = layer(sequence, *states)
    return [output, nn.utils.rnn.pad_packed_sequence(output)[0], last]


FAMILIES["recurrent"] = {
    "rnn": (lambda: nn.RNN(3, 2), [[4, 2, 3]]),
    "rnn with all options": (
        lambda: nn.RNN(
            3, 2, num_layers=2, nonlinearity="relu", bias=False, batch_first=True, dropout=0.4, bidirectional=True),
        [[2, 4, 3], [4, 2, 2]]),
    "rnn of one": (lambda: nn.RNN(3, 2), [[4, 3], [1, 2]]),
    "rnn of packed sequences": (lambda: nn.RNN(3, 2), [[4, 3, 3]], packed),
    "rnn with relu of packed sequences": (lambda: nn.RNN(3, 2, nonlinearity="relu"), [[4, 3, 3], [1, 3, 2]], packed),
    "lstm": (lambda: nn.LSTM(3, 2), [[4, 2, 3]]),
    "lstm with all options": (
        lambda: nn.LSTM(
            3, 4, num_layers=2, bias=False, batch_first=True, dropout=0.4, bidirectional=True, proj_size=2),
        [[2, 4, 3], [4, 2, 2], [4, 2, 4]], lambda layer, x, h, c: layer(x, (h, c))),
    "lstm of one": (lambda: nn.LSTM(3, 2, batch_first=True), [[4, 3]]),
    "lstm of packed sequences": (
        lambda: nn.LSTM(3, 2, bidirectional=True), [[4, 3, 3], [2, 3, 2], [2, 3, 2]],
        lambda layer, x, h, c: packed(layer, x, (h, c))),
    "gru": (lambda: nn.GRU(3, 2), [[4, 2, 3], [1, 2, 2]]),
    "gru with all options": (
        lambda: nn.GRU(3, 2, num_layers=2, bias=False, batch_first=True, dropout=0.4, bidirectional=True), [[2, 4, 3]]),
    "gru of packed sequences": (lambda: nn.GRU(3, 2), [[4, 3, 3], [1, 3, 2]], packed),
    "rnn cell": (lambda: nn.RNNCell(3, 2), [[4, 3], [4, 2]]),
    "rnn cell with options": (lambda: nn.RNNCell(3, 2, bias=False, nonlinearity="relu"), [[3]]),
    "lstm cell": (
        lambda: nn.LSTMCell(3, 2), [[4, 3], [4, 2], [4, 2]], lambda layer, x, h, c: layer(x, (h, c))),
    "lstm cell of one": (lambda: nn.LSTMCell(3, 2, bias=False), [[3]]),
    "gru cell": (lambda: nn.GRUCell(3, 2), [[4, 3], [4, 2]]),
    "gru cell of one": (lambda: nn.GRUCell(3, 2, bias=False), [[3], [2]]),
}  # fmt: skip

PADDING = torch.tensor([[False, False, True], [False, False, False]])
CAUSAL = nn.Transformer.generate_square_subsequent_mask(3)
FAMILIES["attention"] = {
    "multihead attention": (lambda: nn.MultiheadAttention(4, 2), [[3, 2, 4]], lambda layer, x: layer(x, x, x)),
    "multihead attention of three": (
        lambda: nn.MultiheadAttention(4, 2, bias=False), [[2, 2, 4], [3, 2, 4], [3, 2, 4]]),
    "multihead attention to a memory": (
        lambda: nn.MultiheadAttention(4, 2, batch_first=True), [[2, 2, 4], [2, 3, 4], PADDING],
        lambda layer, x, memory, padding: layer(
            x, memory, memory, key_padding_mask=padding, average_attn_weights=False)),
    "multihead attention with sizes": (
        lambda: nn.MultiheadAttention(4, 2, kdim=3, vdim=5, dropout=0.3), [[2, 2, 4], [3, 2, 3], [3, 2, 5]]),
    "multihead attention with added keys": (
        lambda: nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True),
        [[3, 2, 4], PADDING, CAUSAL.bool()],
        lambda layer, x, padding, mask: layer(x, x, x, key_padding_mask=padding, attn_mask=mask)),
    "multihead attention without weights": (
        lambda: nn.MultiheadAttention(4, 2), [[3, 2, 4], PADDING],
        lambda layer, x, padding: layer(x, x, x, key_padding_mask=padding, need_weights=False)),
    "multihead attention with a mask for each head": (
        lambda: nn.MultiheadAttention(4, 2), [[3, 2, 4], [4, 3, 3]],
        lambda layer, x, mask: layer(x, x, x, attn_mask=mask, need_weights=False)),
    "multihead attention, causal": (
        lambda: nn.MultiheadAttention(4, 2), [[3, 2, 4]],
        lambda layer, x: layer(x, x, x, attn_mask=CAUSAL, need_weights=False, is_causal=True)),
    "multihead attention of one": (
        lambda: nn.MultiheadAttention(4, 1, batch_first=True), [[3, 4]], lambda layer, x: layer(x, x, x)),
    "encoder layer": (lambda: nn.TransformerEncoderLayer(4, 2, 5), [[3, 2, 4]]),
    "encoder layer with all options": (
        lambda: nn.TransformerEncoderLayer(
            4, 2, 5, dropout=0.3, activation="gelu", layer_norm_eps=1e-3, batch_first=True, norm_first=True, bias=False),
        [[2, 3, 4], PADDING],
        lambda layer, x, padding: layer(x, src_key_padding_mask=padding)),
    "encoder": (
        lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0), 2, nn.LayerNorm(4), enable_nested_tensor=False),
        [[3, 2, 4]],
        lambda layer, x: layer(x, mask=CAUSAL)),
    "decoder layer": (lambda: nn.TransformerDecoderLayer(4, 2, 5), [[2, 2, 4], [3, 2, 4]]),
    "decoder layer with all options": (
        lambda: nn.TransformerDecoderLayer(
            4, 2, 5, dropout=0.3, activation="gelu", layer_norm_eps=1e-3, batch_first=True, norm_first=True, bias=False),
        [[2, 3, 4], [2, 3, 4], PADDING],
        lambda layer, x, memory, padding: layer(
            x, memory, tgt_mask=CAUSAL.bool(), tgt_key_padding_mask=padding, memory_key_padding_mask=padding)),
    "decoder": (
        lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 5, dropout=0.0), 2),
        [[3, 2, 4], [3, 2, 4]],
        lambda layer, x, memory: layer(x, memory, tgt_mask=CAUSAL)),
    "transformer": (
        lambda: nn.Transformer(4, 2, 1, 2, 5, dropout=0.2), [[3, 2, 4], [3, 2, 4]],
        lambda layer, source, target: layer(source, target, tgt_mask=CAUSAL)),
}  # fmt: skip
