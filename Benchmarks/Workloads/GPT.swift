import Helios

/// Attention to what came before, and a network of four times the width, each with a connection around it.
final class GPTBlock: Module, Layer {
    private let heads: Int
    let ln1, ln2: LayerNorm
    let qkv, proj, up, down: Linear

    init(width: Int, heads: Int) {
        self.heads = heads
        ln1 = LayerNorm(width)
        ln2 = LayerNorm(width)
        qkv = Linear(width, 3 * width)
        proj = Linear(width, width)
        up = Linear(width, 4 * width)
        down = Linear(4 * width, width)
    }

    func forward(_ input: Tensor) throws -> Tensor {
        let (batch, length, width) = (input.shape[0], input.shape[1], input.shape[2])
        let parts = try qkv(ln1(input)).split(splitSize: width, dim: 2).map {
            try $0.view([batch, length, heads, width / heads]).transpose(1, 2)
        }
        let attention = try scaledDotProductAttention(parts[0], parts[1], parts[2], isCausal: true)
            .transpose(1, 2).reshape([batch, length, width])
        let x = try input + proj(attention)
        return try x + down(gelu(up(ln2(x))))
    }
}

/// A model of characters that fits a processor: 4 layers, 4 heads, 128 wide. `int64[N, T]` to `[N, T, vocabulary]`.
final class GPT: Module, Layer {
    static let vocabulary = 65
    static let context = 64
    private static let width = 128

    let tok = Embedding(GPT.vocabulary, GPT.width)
    let pos = Embedding(GPT.context, GPT.width)
    let blocks = Sequential {
        for _ in 0..<4 { GPTBlock(width: GPT.width, heads: 4) }
    }
    let ln = LayerNorm(GPT.width)
    let head = Linear(GPT.width, GPT.vocabulary, bias: false)

    func forward(_ input: Tensor) throws -> Tensor {
        let x = try tok(input) + pos(Tensor.arange(input.shape[1]))
        return try head(ln(blocks(x)))
    }
}
