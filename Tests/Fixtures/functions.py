"""Functions of torch.nn.functional that no layer calls, or with options that none has: outputs and gradients.

Inputs are eighths, so that they are short to write. A seed goes before each call.
"""

import fixture
import torch
import torch.nn.functional as F
from fixture import write


def unpooled(pool, unpool, **options):
    def call(x):
        output, indices = pool(x, **options, return_indices=True)
        return unpool(output, indices, **options, output_size=list(x.shape[-(x.dim() - 2):]))

    return call


def attention(heads, **options):
    def call(query, key, value, *weights):
        names = ["in_proj_weight", "in_proj_bias", "out_proj_weight", "out_proj_bias", "bias_k", "bias_v"]
        given = dict.fromkeys(names) | dict(zip(names, weights))
        return F.multi_head_attention_forward(
            query, key, value, query.shape[-1], heads, given["in_proj_weight"], given["in_proj_bias"], given["bias_k"],
            given["bias_v"], options.get("add_zero_attn", False), 0.0, given["out_proj_weight"],
            given["out_proj_bias"],
            **{name: value for name, value in options.items() if name != "add_zero_attn"})

    return call


def separate(query, key, value, q, k, v, bias, out):
    return F.multi_head_attention_forward(
        query, key, value, 4, 2, None, bias, None, None, False, 0.0, out, None, use_separate_proj_weight=True,
        q_proj_weight=q, k_proj_weight=k, v_proj_weight=v, average_attn_weights=False)


def static(query, key, value, weight, out, static_k, static_v):
    return F.multi_head_attention_forward(
        query, key, value, 4, 2, weight, None, None, None, True, 0.0, out, None, static_k=static_k, static_v=static_v)


CAUSAL = torch.full((3, 3), float("-inf")).triu(1)
SAMPLES = torch.tensor([[[0.25, 0.75], [0.5, 0.125]]])

CASES = {
    "max pool1d": (lambda x: F.max_pool1d(x, 3, stride=2, padding=1, ceil_mode=True, return_indices=True), [[2, 2, 8]]),
    "max pool2d": (lambda x: F.max_pool2d(x, (3, 2), dilation=(1, 2), return_indices=True), [[2, 6, 7]]),
    "max pool3d": (lambda x: F.max_pool3d(x, 2, stride=(1, 2, 1), return_indices=True), [[1, 2, 3, 4, 4]]),
    "adaptive max pool1d": (lambda x: F.adaptive_max_pool1d(x, 3, return_indices=True), [[2, 2, 7]]),
    "adaptive max pool2d": (lambda x: F.adaptive_max_pool2d(x, (3, 2), return_indices=True), [[1, 2, 5, 4]]),
    "adaptive max pool3d": (lambda x: F.adaptive_max_pool3d(x, (2, 1, 3), return_indices=True), [[2, 3, 2, 3]]),
    "max unpool1d": (unpooled(F.max_pool1d, F.max_unpool1d, kernel_size=3, stride=2, padding=1), [[1, 2, 8]]),
    "max unpool2d": (unpooled(F.max_pool2d, F.max_unpool2d, kernel_size=(2, 3), stride=2), [[1, 2, 5, 6]]),
    "max unpool3d": (unpooled(F.max_pool3d, F.max_unpool3d, kernel_size=2, stride=(2, 1, 2)), [[1, 1, 5, 3, 4]]),
    "lp pool1d": (lambda x: F.lp_pool1d(x, 2.0, 3, stride=2, ceil_mode=True), [[2, 2, 8]]),
    "lp pool2d": (lambda x: F.lp_pool2d(x, float("-inf"), (2, 3), stride=1), [[2, 4, 6]]),
    "lp pool3d": (lambda x: F.lp_pool3d(x, 2.0, (1, 2, 2)), [[1, 2, 3, 4, 4]]),
    "fractional max pool2d": (lambda x: F.fractional_max_pool2d(x, 2, output_size=(3, 2)), [[2, 2, 6, 5]]),
    "fractional max pool2d by a ratio": (
        lambda x: F.fractional_max_pool2d(
            x, (2, 3), output_ratio=(0.5, 0.7), return_indices=True, _random_samples=SAMPLES), [[2, 6, 7]]),
    "fractional max pool3d": (
        lambda x: F.fractional_max_pool3d(x, 2, output_size=(2, 3, 2), return_indices=True), [[1, 2, 4, 6, 5]]),
    "fractional max pool3d by a ratio": (
        lambda x: F.fractional_max_pool3d(x, 2, output_ratio=(0.5, 0.6, 0.7)), [[1, 1, 4, 5, 5]]),
    "dot product attention": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, attn_mask=CAUSAL, scale=0.5),
        [[2, 3, 4], [2, 3, 4], [2, 3, 5]]),
    "dot product attention of groups": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True),
        [[1, 4, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]]),
    "attention": (attention(2), [[3, 2, 4], [3, 2, 4], [3, 2, 4], [12, 4], [12], [4, 4], [4]]),
    "attention with added keys": (
        attention(2, add_zero_attn=True, attn_mask=CAUSAL),
        [[3, 2, 4], [3, 2, 4], [3, 2, 4], [12, 4], [12], [4, 4], [4], [1, 1, 4], [1, 1, 4]]),
    "attention without weights": (
        attention(2, need_weights=False, attn_mask=CAUSAL, is_causal=True), [[3, 4], [3, 4], [3, 4], [12, 4], [12], [4, 4]]),
    "attention with weights of each": (
        separate, [[3, 2, 4], [2, 2, 3], [2, 2, 5], [4, 4], [4, 3], [4, 5], [12], [4, 4]]),
    "attention to given keys": (static, [[3, 2, 4], [3, 2, 4], [3, 2, 4], [12, 4], [4, 4], [4, 3, 2], [4, 3, 2]]),
    "grid sample": (lambda x, grid: F.grid_sample(x, grid / 2, align_corners=False), [[2, 2, 3, 4], [2, 2, 3, 2]]),
    "grid sample, nearest": (
        lambda x, grid: F.grid_sample(x, grid / 2, "nearest", "border", align_corners=True),
        [[2, 2, 3, 4], [2, 2, 3, 2]]),
    "grid sample, cubic": (
        lambda x, grid: F.grid_sample(x, grid / 2, "bicubic", "reflection", align_corners=False),
        [[2, 2, 3, 4], [2, 2, 3, 2]]),
    "grid sample of volumes": (
        lambda x, grid: F.grid_sample(x, grid / 2, align_corners=True), [[1, 2, 2, 3, 2], [1, 2, 2, 2, 3]]),
    "affine grid": (lambda theta: F.affine_grid(theta, [2, 1, 3, 2], align_corners=False), [[2, 2, 3]]),
    "affine grid of volumes": (lambda theta: F.affine_grid(theta, [1, 1, 2, 3, 2], align_corners=True), [[1, 3, 4]]),
    "distances": (lambda x: F.pdist(x, p=1.0), [[4, 3]]),
    "conv tbc": (lambda x, weight, bias: F.conv_tbc(x, weight, bias, pad=1), [[5, 2, 3], [2, 3, 4], [4]]),
    "interpolate, antialias": (
        lambda x: F.interpolate(x, size=(3, 2), mode="bilinear", antialias=True), [[1, 2, 7, 5]]),
    "interpolate, cubic antialias": (
        lambda x: F.interpolate(x, scale_factor=0.6, mode="bicubic", align_corners=True, antialias=True), [[1, 1, 7, 5]]),
    "interpolate, exact volumes": (
        lambda x: F.interpolate(x, size=(3, 2, 5), mode="nearest-exact"), [[1, 1, 2, 3, 3]]),
    "embedding bag of rows": (
        lambda table: F.embedding_bag(
            torch.tensor([[0, 2], [1, 1], [3, 0]]), table, include_last_offset=True, padding_idx=0), [[4, 3]]),
    "embedding bag to the last offset": (
        lambda table: F.embedding_bag(
            torch.tensor([0, 2, 1, 3]), table, torch.tensor([0, 1, 4]), include_last_offset=True, mode="sum"), [[4, 3]]),
    "adaptive max pool3d with the input's depth": (
        lambda x: F.adaptive_max_pool3d(x, (None, 2, 1)), [[1, 2, 3, 4]]),
    "adaptive avg pool2d with the input's width": (
        lambda x: F.adaptive_avg_pool2d(x, (2, None)), [[2, 3, 4]]),
    "pad sequences on the left": (
        lambda x, y: torch.nn.utils.rnn.pad_sequence([x, y], batch_first=True, padding_value=2.0, padding_side="left"),
        [[2, 3], [4, 3]]),
    "gumbel softmax": (lambda x: F.gumbel_softmax(x, tau=0.5), [[3, 4]]),
    "gumbel softmax of a transposed tensor": (lambda x: F.gumbel_softmax(x.t(), hard=True, dim=0), [[3, 4]]),
    "normalize": (lambda x: F.normalize(x, p=1.0, dim=-1, eps=3.0), [[3, 4]]),
}  # fmt: skip


def tensor(value):
    """With nine digits, which tell every float32 apart and take half the space."""
    result = fixture.tensor(value)
    values = [float(f"{number:.9g}") for number in result["values"]]
    return result | {"values": [int(number) if number == int(number) else number for number in values]}


def probe(output):
    return ((torch.arange(output.numel()) % 7 - 3) / 8).reshape(output.shape)


def case(call, shapes):
    generator = torch.Generator().manual_seed(5)
    inputs = [(torch.randint(-24, 25, shape, generator=generator) / 8).requires_grad_() for shape in shapes]
    torch.manual_seed(12)
    outputs = call(*inputs)
    outputs = [outputs] if isinstance(outputs, torch.Tensor) else [value for value in outputs if value is not None]
    differentiable = [output for output in outputs if output.requires_grad]
    sum((output * probe(output)).sum() for output in differentiable).backward()
    return {
        "inputs": [tensor(value) for value in inputs],
        "outputs": [tensor(value) for value in outputs],
        "gradients": [None if value.grad is None else tensor(value.grad) for value in inputs],
    }


write("functions", {name: case(*entry) for name, entry in CASES.items()})
