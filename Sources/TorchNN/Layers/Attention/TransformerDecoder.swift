import Torch

/// One layer of a transformer's decoder: attention of a sequence to itself, then to the encoder's, then a network for
/// each step.
///
/// It takes and returns `[T, N, dModel]`; with `batchFirst`, the batch dimension comes first. A single sample has no
/// batch dimension. Vaswani and others 2017, "Attention is all you need".
///
/// Every part can be replaced, and a subclass can override the three blocks, or the whole forward pass. The properties
/// of a subclass that hold modules or parameters are found as in every module.
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
    /// The activation within the network.
    public var activation: (Tensor) throws -> Tensor
    /// Whether each part normalizes its input, not its output.
    public let normFirst: Bool
    let options: TransformerOptions

    /// Creates a layer with random weights.
    ///
    /// - Parameters:
    ///   - dModel: the size of the vectors.
    ///   - nhead: the number of heads, a divisor of that size.
    ///   - dimFeedforward: the size between the two linear layers of the network.
    ///   - activation: the activation between them.
    ///   - normFirst: whether each part normalizes its input, not its output.
    public init(
        _ dModel: Int, _ nhead: Int, dimFeedforward: Int = 2048, dropout: Double = 0.1,
        activation: @escaping (Tensor) throws -> Tensor = relu, layerNormEps: Double = 1e-5, batchFirst: Bool = false,
        normFirst: Bool = false, bias: Bool = true
    ) {
        let options = TransformerOptions(
            dModel: dModel, nhead: nhead, dimFeedforward: dimFeedforward, dropout: dropout, activation: activation,
            layerNormEps: layerNormEps, batchFirst: batchFirst, normFirst: normFirst, bias: bias)
        self.options = options
        self.activation = activation
        self.normFirst = normFirst
        selfAttn = options.attention()
        multiheadAttn = options.attention()
        (linear1, self.dropout, linear2) = options.network()
        norm1 = options.norm()
        norm2 = options.norm()
        norm3 = options.norm()
        dropout1 = Dropout(p: options.dropout)
        dropout2 = Dropout(p: options.dropout)
        dropout3 = Dropout(p: options.dropout)
    }

    convenience init(_ options: TransformerOptions) {
        self.init(
            options.dModel, options.nhead, dimFeedforward: options.dimFeedforward, dropout: options.dropout,
            activation: options.activation, layerNormEps: options.layerNormEps, batchFirst: options.batchFirst,
            normFirst: options.normFirst, bias: options.bias)
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        let names = ["selfAttn": "self_attn", "multiheadAttn": "multihead_attn"]
        return super.childNodes().map { (names[$0.key] ?? $0.key, $0.node) }
    }

    open func forward(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor? = nil, memoryMask: Tensor? = nil,
        targetKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, targetIsCausal: Bool = false,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
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

    /// The attention of the sequence to itself, with its dropout: PyTorch's `_sa_block`.
    open func selfAttentionBlock(
        _ x: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool
    ) throws -> Tensor {
        try dropout1(selfAttn.output(x, x, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal))
    }

    /// The attention to the encoder's output, with its dropout: PyTorch's `_mha_block`.
    open func memoryAttentionBlock(
        _ x: Tensor, _ memory: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool
    ) throws -> Tensor {
        try dropout2(multiheadAttn.output(x, memory, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal))
    }

    /// The network for each step, with its dropout: PyTorch's `_ff_block`.
    open func feedForwardBlock(_ x: Tensor) throws -> Tensor {
        try dropout3(linear2(dropout(activation(linear1(x)))))
    }
}

/// A layer in a `TransformerDecoder`: a `TransformerDecoderLayer`, or your own module.
public protocol TransformerDecoderBlock: Module {
    /// Computes the output. Call the module itself instead, because that also runs its hooks.
    ///
    /// - Parameters:
    ///   - target: `[T, N, dModel]`, or with the batch first if the block requires it.
    ///   - memory: the encoder's output, `[S, N, dModel]`.
    ///   - targetMask: `[T, T]` or `[N · heads, T, T]`: numbers to add to the attention's, or `true` to mask an
    ///     attention.
    ///   - memoryMask: `[T, S]`, like `targetMask`.
    ///   - targetKeyPaddingMask: `[N, T]`: `true` if a step is padding, or numbers to add to the attention.
    ///   - memoryKeyPaddingMask: `[N, S]`, like `targetKeyPaddingMask`.
    ///   - targetIsCausal: indicates that `targetMask` is the causal mask.
    ///   - memoryIsCausal: indicates that `memoryMask` is the causal mask.
    /// - Returns: a tensor with the shape of the target.
    func forward(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor?, memoryMask: Tensor?, targetKeyPaddingMask: Tensor?,
        memoryKeyPaddingMask: Tensor?, targetIsCausal: Bool, memoryIsCausal: Bool
    ) throws -> Tensor
}

extension TransformerDecoderBlock {
    /// Runs `forward` and then the hooks.
    public func callAsFunction(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor? = nil, memoryMask: Tensor? = nil,
        targetKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, targetIsCausal: Bool = false,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try call((target, memory)) {
            try forward(
                target, memory, targetMask: targetMask, memoryMask: memoryMask,
                targetKeyPaddingMask: targetKeyPaddingMask, memoryKeyPaddingMask: memoryKeyPaddingMask,
                targetIsCausal: targetIsCausal, memoryIsCausal: memoryIsCausal)
        }
    }
}

/// A stack of layers: a transformer's decoder.
///
/// ```swift
/// let decoder = TransformerDecoder(TransformerDecoderLayer(512, 8), numLayers: 6)
/// let own = TransformerDecoder(numLayers: 6) { MyDecoderLayer(512, 8) }
/// ```
open class TransformerDecoder: Module {
    public var layers: [any TransformerDecoderBlock]
    public var norm: (any Layer)?

    /// Creates a decoder from finished layers.
    ///
    /// - Parameters:
    ///   - layers: the layers, each with its own weights.
    ///   - norm: a layer that normalizes the result; `nil` disables this.
    public init(layers: [any TransformerDecoderBlock], norm: (any Layer)? = nil) {
        self.layers = layers
        self.norm = norm
    }

    /// Creates a decoder from copies of one layer, all with the same initial weights.
    ///
    /// - Parameters:
    ///   - decoderLayer: the layer to copy, including its weights, as in PyTorch. Only a plain
    ///     `TransformerDecoderLayer` can be copied; for a subclass, or a layer with replaced parts, use the initializer
    ///     that takes a closure.
    ///   - norm: a layer that normalizes the result; `nil` disables this.
    public convenience init(_ decoderLayer: TransformerDecoderLayer, numLayers: Int, norm: (any Layer)? = nil) {
        self.init(layers: [], norm: norm)
        deferErrors {
            layers = try copies(numLayers, of: decoderLayer, "TransformerDecoder") {
                let layer = TransformerDecoderLayer(decoderLayer.options)
                layer.activation = decoderLayer.activation
                return layer
            }
        }
    }

    /// Creates a decoder from layers that a closure creates, all with the same initial weights.
    ///
    /// - Parameters:
    ///   - norm: a layer that normalizes the result; `nil` disables this.
    ///   - layer: creates a layer. It is called for each layer. All layers start with the weights of the first one,
    ///     like the copies of one layer in PyTorch, so only the random numbers of the first layer matter. If the
    ///     closure throws an error, the first use throws it.
    public convenience init(
        numLayers: Int, norm: (any Layer)? = nil, layer: () throws -> any TransformerDecoderBlock
    ) {
        self.init(layers: [], norm: norm)
        deferErrors {
            layers = try equalLayers(numLayers, "TransformerDecoder", layer)
        }
    }

    /// The parameters are those of `TransformerDecoderBlock`; `nil` detects automatically whether the target's mask is
    /// causal.
    public final func callAsFunction(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor? = nil, memoryMask: Tensor? = nil,
        targetKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, targetIsCausal: Bool? = nil,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try call((target, memory)) {
            try forward(
                target, memory, targetMask: targetMask, memoryMask: memoryMask,
                targetKeyPaddingMask: targetKeyPaddingMask, memoryKeyPaddingMask: memoryKeyPaddingMask,
                targetIsCausal: targetIsCausal, memoryIsCausal: memoryIsCausal)
        }
    }

    /// Computes the result of a call; see `callAsFunction`.
    open func forward(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor? = nil, memoryMask: Tensor? = nil,
        targetKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil, targetIsCausal: Bool? = nil,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try requireInitialized()
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
