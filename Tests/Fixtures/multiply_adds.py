"""How many multiply-adds layers with recurrence and attention have, and the shape of what they give first.

PyTorch counts two operations for each multiply-add. It knows matrix products, so the fused kernels are left out: oneDNN's
for recurrence, those for attention.
"""

import torch
from fixture import write
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.flop_counter import FlopCounterMode


def packed(layer):
    return lambda x: layer(pack_padded_sequence(x, [2, 4, 3], enforce_sorted=False))


def quiet(attention):
    return lambda *inputs: attention(*inputs, need_weights=False)


CASES = {
    "linear": (nn.Linear(5, 3), [[2, 4, 5]]),
    "conv2d": (nn.Conv2d(4, 6, 3, stride=2, groups=2), [[2, 4, 7, 6]]),
    "conv transpose2d": (nn.ConvTranspose2d(4, 6, (3, 2), stride=2, groups=2), [[2, 4, 3, 2]]),
    "rnn": (nn.RNN(3, 5), [[4, 2, 3]]),
    "rnn of one": (nn.RNN(3, 5, batch_first=True), [[4, 3]]),
    "lstm": (nn.LSTM(3, 5, num_layers=2, bidirectional=True, batch_first=True, proj_size=2), [[2, 4, 3]]),
    "gru": (nn.GRU(3, 5, num_layers=2, bias=False), [[4, 2, 3]]),
    "lstm of packed sequences": (packed(nn.LSTM(3, 5, bidirectional=True)), [[4, 3, 3]]),
    "rnn cell": (nn.RNNCell(3, 5), [[2, 3]]),
    "lstm cell": (nn.LSTMCell(3, 5), [[2, 3]]),
    "gru cell of one": (nn.GRUCell(3, 5), [[3]]),
    "attention": (nn.MultiheadAttention(4, 2), [[5, 2, 4], [3, 2, 4], [3, 2, 4]]),
    "attention of one": (nn.MultiheadAttention(4, 2, batch_first=True), [[5, 4], [3, 4], [3, 4]]),
    "attention without weights": (quiet(nn.MultiheadAttention(4, 2, batch_first=True)), [[2, 5, 4], [2, 3, 4], [2, 3, 4]]),
    "attention with sizes": (
        nn.MultiheadAttention(4, 2, kdim=3, vdim=5, add_bias_kv=True, add_zero_attn=True),
        [[5, 2, 4], [3, 2, 3], [3, 2, 5]]),
    "encoder layer": (nn.TransformerEncoderLayer(4, 2, dim_feedforward=7), [[5, 2, 4]]),
    "encoder": (
        nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 7, batch_first=True), 3, norm=nn.LayerNorm(4)),
        [[2, 5, 4]]),
    "decoder layer": (nn.TransformerDecoderLayer(4, 2, dim_feedforward=7, batch_first=True), [[2, 5, 4], [2, 3, 4]]),
    "transformer": (nn.Transformer(4, 2, 1, 2, 7), [[3, 2, 4], [5, 2, 4]]),
}  # fmt: skip


def first(output):
    return output if isinstance(output, torch.Tensor) else first(output[0])


def case(layer, shapes):
    with torch.backends.mkldnn.flags(enabled=False), sdpa_kernel(SDPBackend.MATH):
        counter = FlopCounterMode(display=False)
        with counter:
            output = layer(*[torch.zeros(shape) for shape in shapes])
    return {
        "inputs": shapes,
        "outputShape": list(first(output).shape),
        "multiplyAdds": counter.get_total_flops() // 2,
    }


write("multiply-adds", {name: case(*entry) for name, entry in CASES.items()})
