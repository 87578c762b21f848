import Torch

/// One layer of a transformer's decoder: attention of a sequence to itself, then to the encoder's, then a network for each
/// step.
///
/// Takes and gives `[T, N, dModel]`; with `batchFirst` the batch comes first, and without a batch it is left out. Vaswani
/// and others 2017, "Attention is all you need".
public final class TransformerDecoderLayer: Module {
    public let selfAttn: MultiheadAttention
    public let multiheadAttn: MultiheadAttention
    public let linear1: Linear
    public let dropout: Dropout
    public let linear2: Linear
    public let norm1: LayerNorm
    public let norm2: LayerNorm
    public let norm3: LayerNorm
    public let dropout1: Dropout
    public let dropout2: Dropout
    public let dropout3: Dropout
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
        multiheadAttn = try options.attention()
        (linear1, dropout, linear2) = try options.network()
        norm1 = try options.norm()
        norm2 = try options.norm()
        norm3 = try options.norm()
        dropout1 = try Dropout(p: options.dropout)
        dropout2 = try Dropout(p: options.dropout)
        dropout3 = try Dropout(p: options.dropout)
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        [
            ("self_attn", .module(selfAttn)), ("multihead_attn", .module(multiheadAttn)),
            ("linear1", .module(linear1)), ("dropout", .module(dropout)), ("linear2", .module(linear2)),
            ("norm1", .module(norm1)), ("norm2", .module(norm2)), ("norm3", .module(norm3)),
            ("dropout1", .module(dropout1)), ("dropout2", .module(dropout2)), ("dropout3", .module(dropout3)),
        ]
    }

    /// - Parameters:
    ///   - memory: what the encoder gave, `[S, N, dModel]`.
    ///   - targetMask: `[T, T]` or `[N · heads, T, T]`: true where there is no attention; or numbers that are added.
    ///   - memoryMask: `[T, S]`, as `targetMask`.
    ///   - targetKeyPaddingMask: `[N, T]`: true where a step is padding; or numbers that are added.
    ///   - memoryKeyPaddingMask: `[N, S]`, as `targetKeyPaddingMask`.
    ///   - targetIsCausal: says that `targetMask` is the causal mask.
    ///   - memoryIsCausal: says that `memoryMask` is the causal mask.
    public func callAsFunction(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor? = nil, memoryMask: Tensor? = nil,
        targetKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, targetIsCausal: Bool = false,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try withHooks([target, memory]) {
            func toItself(_ x: Tensor) throws -> Tensor {
                let output = try selfAttn(
                    x, x, x, keyPaddingMask: targetKeyPaddingMask, needWeights: false, attnMask: targetMask,
                    isCausal: targetIsCausal
                ).output
                return try dropout1(output)
            }
            func toMemory(_ x: Tensor) throws -> Tensor {
                let output = try multiheadAttn(
                    x, memory, memory, keyPaddingMask: memoryKeyPaddingMask, needWeights: false, attnMask: memoryMask,
                    isCausal: memoryIsCausal
                ).output
                return try dropout2(output)
            }
            func network(_ x: Tensor) throws -> Tensor {
                try dropout3(linear2(dropout(options.activation(linear1(x)))))
            }
            if options.normFirst {
                var x = try target + toItself(norm1(target))
                x = try x + toMemory(norm2(x))
                return try x + network(norm3(x))
            }
            var x = try norm1(target + toItself(target))
            x = try norm2(x + toMemory(x))
            return try norm3(x + network(x))
        }
    }
}

/// Layers of a transformer's decoder on each other.
public final class TransformerDecoder: Module {
    public let layers: [TransformerDecoderLayer]
    public let norm: (any Layer)?

    /// - Parameters:
    ///   - decoderLayer: what every layer is a copy of, weights and all, as in PyTorch.
    ///   - norm: what normalises the result.
    /// - Throws: `TorchError` where the number of layers is not positive.
    public init(_ decoderLayer: TransformerDecoderLayer, numLayers: Int, norm: (any Layer)? = nil) throws {
        try requirePositive([numLayers], "TransformerDecoder", "number of layers")
        layers = try (0..<numLayers).map { _ in
            try copy(of: decoderLayer) { try TransformerDecoderLayer(decoderLayer.options) }
        }
        self.norm = norm
    }

    /// The parameters are those of `TransformerDecoderLayer`; whether the target's mask is causal is found out where nil.
    public func callAsFunction(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor? = nil, memoryMask: Tensor? = nil,
        targetKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, targetIsCausal: Bool? = nil,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try withHooks([target, memory]) {
            let targetMask = try additive(targetMask, like: target)
            let targetIsCausal = try targetIsCausal ?? isCausalMask(targetMask)
            var x = target
            for layer in layers {
                x = try layer(
                    x, memory, targetMask: targetMask, memoryMask: memoryMask,
                    targetKeyPaddingMask: targetKeyPaddingMask,
                    memoryKeyPaddingMask: memoryKeyPaddingMask, targetIsCausal: targetIsCausal,
                    memoryIsCausal: memoryIsCausal)
            }
            return try norm?(x) ?? x
        }
    }
}
