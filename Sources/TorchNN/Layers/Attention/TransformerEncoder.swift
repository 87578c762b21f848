import Torch

/// One layer of a transformer's encoder: attention of a sequence to itself, then a network for each step.
///
/// Takes and gives `[S, N, dModel]`; with `batchFirst` the batch comes first, and without a batch it is left out. Vaswani
/// and others 2017, "Attention is all you need".
public final class TransformerEncoderLayer: Module {
    public let selfAttn: MultiheadAttention
    public let linear1: Linear
    public let dropout: Dropout
    public let linear2: Linear
    public let norm1: LayerNorm
    public let norm2: LayerNorm
    public let dropout1: Dropout
    public let dropout2: Dropout
    let options: TransformerOptions

    /// - Parameters:
    ///   - dModel: the vectors' size.
    ///   - nhead: the number of heads, a divisor of that size.
    ///   - dimFeedforward: the size within the network.
    ///   - activation: within the network.
    ///   - normFirst: whether each part normalises its input, not its output.
    /// - Throws: `TorchError` for sizes that are not positive, or heads that do not divide the vectors.
    public convenience init(
        _ dModel: Int, _ nhead: Int, dimFeedforward: Int = 2048, dropout: Double = 0.1,
        activation: @escaping (Tensor) throws -> Tensor = relu, layerNormEps: Double = 1e-5, batchFirst: Bool = false,
        normFirst: Bool = false, bias: Bool = true
    ) throws {
        try self.init(
            TransformerOptions(
                dModel: dModel, nhead: nhead, dimFeedforward: dimFeedforward, dropout: dropout, activation: activation,
                layerNormEps: layerNormEps, batchFirst: batchFirst, normFirst: normFirst, bias: bias))
    }

    init(_ options: TransformerOptions) throws {
        self.options = options
        selfAttn = try options.attention()
        (linear1, dropout, linear2) = try options.network()
        norm1 = try options.norm()
        norm2 = try options.norm()
        dropout1 = try Dropout(p: options.dropout)
        dropout2 = try Dropout(p: options.dropout)
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        [
            ("self_attn", .module(selfAttn)), ("linear1", .module(linear1)), ("dropout", .module(dropout)),
            ("linear2", .module(linear2)), ("norm1", .module(norm1)), ("norm2", .module(norm2)),
            ("dropout1", .module(dropout1)), ("dropout2", .module(dropout2)),
        ]
    }

    /// - Parameters:
    ///   - mask: `[S, S]` or `[N · heads, S, S]`: true where there is no attention; or numbers that are added.
    ///   - keyPaddingMask: `[N, S]`: true where a step is padding; or numbers that are added.
    ///   - isCausal: says that `mask` is the causal mask.
    public func callAsFunction(
        _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool = false
    ) throws -> Tensor {
        try withHooks(source) {
            func attention(_ x: Tensor) throws -> Tensor {
                let output = try selfAttn(
                    x, x, x, keyPaddingMask: keyPaddingMask, needWeights: false, attnMask: mask, isCausal: isCausal
                ).output
                return try dropout1(output)
            }
            func network(_ x: Tensor) throws -> Tensor {
                try dropout2(linear2(dropout(options.activation(linear1(x)))))
            }
            if options.normFirst {
                let x = try source + attention(norm1(source))
                return try x + network(norm2(x))
            }
            let x = try norm1(source + attention(source))
            return try norm2(x + network(x))
        }
    }
}

/// Layers of a transformer's encoder on each other.
public final class TransformerEncoder: Module {
    public let layers: [TransformerEncoderLayer]
    public let norm: (any Layer)?

    /// - Parameters:
    ///   - encoderLayer: what every layer is a copy of, weights and all, as in PyTorch.
    ///   - norm: what normalises the result.
    /// - Throws: `TorchError` where the number of layers is not positive.
    public init(_ encoderLayer: TransformerEncoderLayer, numLayers: Int, norm: (any Layer)? = nil) throws {
        try requirePositive([numLayers], "TransformerEncoder", "number of layers")
        layers = try (0..<numLayers).map { _ in
            try copy(of: encoderLayer) { try TransformerEncoderLayer(encoderLayer.options) }
        }
        self.norm = norm
    }

    /// - Parameters:
    ///   - mask: `[S, S]` or `[N · heads, S, S]`: true where there is no attention; or numbers that are added.
    ///   - keyPaddingMask: `[N, S]`: true where a step is padding; or numbers that are added.
    ///   - isCausal: whether `mask` is the causal mask; found out where nil.
    public func callAsFunction(
        _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool? = nil
    ) throws -> Tensor {
        try withHooks(source) {
            let mask = try additive(mask, like: source)
            let isCausal = try isCausal ?? isCausalMask(mask)
            var x = source
            for layer in layers {
                x = try layer(x, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal)
            }
            return try norm?(x) ?? x
        }
    }
}
