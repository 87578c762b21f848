import Helios

/// Attention to what came before, and a linear layer of four times the width, around each of which the input goes on.
final class GPTBlock: Module, Layer {
    private let heads: Int
    let ln1, ln2: LayerNorm
    let qkv, proj, up, down: Linear

    init(width: Int, heads: Int) throws {
        self.heads = heads
        ln1 = try LayerNorm([width])
        ln2 = try LayerNorm([width])
        qkv = try Linear(width, 3 * width)
        proj = try Linear(width, width)
        up = try Linear(width, 4 * width)
        down = try Linear(4 * width, width)
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
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

    let tok, pos: Embedding
    let blocks: Sequential
    let ln: LayerNorm
    let head: Linear

    init() throws {
        tok = try Embedding(GPT.vocabulary, GPT.width)
        pos = try Embedding(GPT.context, GPT.width)
        blocks = Sequential(try (0..<4).map { _ in try GPTBlock(width: GPT.width, heads: 4) })
        ln = try LayerNorm([GPT.width])
        head = try Linear(GPT.width, GPT.vocabulary, bias: false)
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let x = try tok(input) + pos(Tensor.arange(.integer(input.shape[1])))
        return try head(ln(blocks(x)))
    }
}
