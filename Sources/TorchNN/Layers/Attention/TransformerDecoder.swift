import Torch

/// One layer of a transformer's decoder: attention of a sequence to itself, then to the encoder's, then a network for each
/// step.
///
/// Takes and gives `[T, N, dModel]`; with `batchFirst` the batch comes first, and without a batch it is left out. Vaswani
/// and others 2017, "Attention is all you need".
///
/// Every part can be replaced, and a subclass can override the three blocks, or the whole forward pass. The properties of
/// a subclass that hold modules or parameters are found as in every module.
open class TransformerDecoderLayer: Module, TransformerDecoderBlock {
    public var selfAttn: MultiheadAttention
    public var multiheadAttn: MultiheadAttention
    public var linear1: Linear
    public var dropout: any Layer
    public var linear2: Linear
    public var norm1: any Layer
    public var norm2: any Layer
    public var norm3: any Layer
    public var dropout1: any Layer
    public var dropout2: any Layer
    public var dropout3: any Layer
    /// Within the network.
    public var activation: (Tensor) throws -> Tensor
    /// Whether each part normalizes its input, not its output.
    public let normFirst: Bool
    let options: TransformerOptions

    /// - Parameters:
    ///   - dModel: the vectors' size.
    ///   - nhead: the number of heads, a divisor of that size.
    ///   - dimFeedforward: the size within the network.
    ///   - activation: within the network.
    ///   - normFirst: whether each part normalizes its input, not its output.
    /// - Throws: `TorchError` for sizes that are not positive, or heads that do not divide the vectors.
    public init(
        _ dModel: Int, _ nhead: Int, dimFeedforward: Int = 2048, dropout: Double = 0.1,
        activation: @escaping (Tensor) throws -> Tensor = relu, layerNormEps: Double = 1e-5, batchFirst: Bool = false,
        normFirst: Bool = false, bias: Bool = true
    ) throws {
        let options = TransformerOptions(
            dModel: dModel, nhead: nhead, dimFeedforward: dimFeedforward, dropout: dropout, activation: activation,
            layerNormEps: layerNormEps, batchFirst: batchFirst, normFirst: normFirst, bias: bias)
        self.options = options
        self.activation = activation
        self.normFirst = normFirst
        selfAttn = try options.attention()
        multiheadAttn = try options.attention()
        (linear1, self.dropout, linear2) = try options.network()
        norm1 = try options.norm()
        norm2 = try options.norm()
        norm3 = try options.norm()
        dropout1 = try Dropout(p: options.dropout)
        dropout2 = try Dropout(p: options.dropout)
        dropout3 = try Dropout(p: options.dropout)
    }

    convenience init(_ options: TransformerOptions) throws {
        try self.init(
            options.dModel, options.nhead, dimFeedforward: options.dimFeedforward, dropout: options.dropout,
            activation: options.activation, layerNormEps: options.layerNormEps, batchFirst: options.batchFirst,
            normFirst: options.normFirst, bias: options.bias)
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        let names = ["selfAttn": "self_attn", "multiheadAttn": "multihead_attn"]
        return super.childNodes().map { (names[$0.key] ?? $0.key, $0.node) }
    }

    open func callAsFunction(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor? = nil, memoryMask: Tensor? = nil,
        targetKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, targetIsCausal: Bool = false,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try withHooks([target, memory]) {
            func toItself(_ x: Tensor) throws -> Tensor {
                try selfAttentionBlock(
                    x, mask: targetMask, keyPaddingMask: targetKeyPaddingMask, isCausal: targetIsCausal)
            }
            func toMemory(_ x: Tensor) throws -> Tensor {
                try memoryAttentionBlock(
                    x, memory, mask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal)
            }
            if normFirst {
                var x = try target + toItself(norm1(target))
                x = try x + toMemory(norm2(x))
                return try x + feedForwardBlock(norm3(x))
            }
            var x = try norm1(target + toItself(target))
            x = try norm2(x + toMemory(x))
            return try norm3(x + feedForwardBlock(x))
        }
    }

    /// The attention of the sequence to itself, with its dropout: PyTorch's `_sa_block`.
    open func selfAttentionBlock(
        _ x: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool
    ) throws -> Tensor {
        let output = try selfAttn(
            x, x, x, keyPaddingMask: keyPaddingMask, needWeights: false, attnMask: mask, isCausal: isCausal
        ).output
        return try dropout1(output)
    }

    /// The attention to what the encoder gave, with its dropout: PyTorch's `_mha_block`.
    open func memoryAttentionBlock(
        _ x: Tensor, _ memory: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool
    ) throws -> Tensor {
        let output = try multiheadAttn(
            x, memory, memory, keyPaddingMask: keyPaddingMask, needWeights: false, attnMask: mask, isCausal: isCausal
        ).output
        return try dropout2(output)
    }

    /// The network for each step, with its dropout: PyTorch's `_ff_block`.
    open func feedForwardBlock(_ x: Tensor) throws -> Tensor {
        try dropout3(linear2(dropout(activation(linear1(x)))))
    }
}

/// A stack of layers: a transformer's decoder.
///
/// ```swift
/// let decoder = try TransformerDecoder(TransformerDecoderLayer(512, 8), numLayers: 6)
/// let own = try TransformerDecoder(numLayers: 6) { try MyDecoderLayer(512, 8) }
/// ```
open class TransformerDecoder: Module {
    public var layers: [any TransformerDecoderBlock]
    public var norm: (any Layer)?

    /// - Parameters:
    ///   - layers: each with weights of its own.
    ///   - norm: what normalizes the result.
    public init(layers: [any TransformerDecoderBlock], norm: (any Layer)? = nil) {
        self.layers = layers
        self.norm = norm
    }

    /// - Parameters:
    ///   - decoderLayer: what every layer is a copy of, weights and all, as in PyTorch. Only a plain
    ///     `TransformerDecoderLayer` can be copied: with a subclass, or with parts that were replaced, use the initializer
    ///     that takes a closure.
    ///   - norm: what normalizes the result.
    /// - Throws: `TorchError` if the number of layers is not positive, or the layer is not a plain one.
    public convenience init(
        _ decoderLayer: TransformerDecoderLayer, numLayers: Int, norm: (any Layer)? = nil
    ) throws {
        try requirePositive([numLayers], "TransformerDecoder", "number of layers")
        let layers = try (0..<numLayers).map { _ in
            try copy(of: decoderLayer, "TransformerDecoder") {
                let layer = try TransformerDecoderLayer(decoderLayer.options)
                layer.activation = decoderLayer.activation
                return layer
            }
        }
        self.init(layers: layers, norm: norm)
    }

    /// - Parameters:
    ///   - norm: what normalizes the result.
    ///   - layer: makes a layer. It is called for each; all start with the weights of the first, as the copies of one
    ///     layer in PyTorch, and only the first draws random numbers that count.
    /// - Throws: `TorchError` if the number of layers is not positive; what `layer` throws.
    public convenience init(
        numLayers: Int, norm: (any Layer)? = nil, layer: () throws -> any TransformerDecoderBlock
    ) throws {
        try requirePositive([numLayers], "TransformerDecoder", "number of layers")
        let first = try layer()
        let others = try (1..<numLayers).map { _ in try copy(of: first, "TransformerDecoder", layer) }
        self.init(layers: [first] + others, norm: norm)
    }

    /// The parameters are those of `TransformerDecoderBlock`; `nil` finds out whether the target's mask is causal.
    open func callAsFunction(
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
