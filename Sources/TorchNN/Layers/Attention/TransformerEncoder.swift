import Torch

/// One layer of a transformer's encoder: attention of a sequence to itself, then a network for each step.
///
/// It takes and returns `[S, N, dModel]`; with `batchFirst`, the batch dimension comes first. A single sample has no
/// batch dimension. Vaswani and others 2017, "Attention is all you need".
///
/// Every part can be replaced (`layer.norm1 = RMSNorm(512)`), and a subclass can override the two blocks, or the
/// whole forward pass. The properties of a subclass that hold modules or parameters are found as in every module.
open class TransformerEncoderLayer: Module, TransformerEncoderBlock {
    public var selfAttn: MultiheadAttention
    public var linear1: Linear
    public var dropout: any Layer
    public var linear2: Linear
    public var norm1: any Layer
    public var norm2: any Layer
    public var dropout1: any Layer
    public var dropout2: any Layer
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
        (linear1, self.dropout, linear2) = options.network()
        norm1 = options.norm()
        norm2 = options.norm()
        dropout1 = Dropout(p: options.dropout)
        dropout2 = Dropout(p: options.dropout)
    }

    convenience init(_ options: TransformerOptions) {
        self.init(
            options.dModel, options.nhead, dimFeedforward: options.dimFeedforward, dropout: options.dropout,
            activation: options.activation, layerNormEps: options.layerNormEps, batchFirst: options.batchFirst,
            normFirst: options.normFirst, bias: options.bias)
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        super.childNodes().map { $0.key == "selfAttn" ? ("self_attn", $0.node) : $0 }
    }

    open func forward(
        _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool = false
    ) throws -> Tensor {
        func attention(_ x: Tensor) throws -> Tensor {
            try selfAttentionBlock(x, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal)
        }
        if normFirst {
            let x = try source + attention(norm1(source))
            return try x + feedForwardBlock(norm2(x))
        }
        let x = try norm1(source + attention(source))
        return try norm2(x + feedForwardBlock(x))
    }

    /// The attention of the sequence to itself, with its dropout: PyTorch's `_sa_block`.
    open func selfAttentionBlock(
        _ x: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool
    ) throws -> Tensor {
        try dropout1(selfAttn.output(x, x, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal))
    }

    /// The network for each step, with its dropout: PyTorch's `_ff_block`.
    open func feedForwardBlock(_ x: Tensor) throws -> Tensor {
        try dropout2(linear2(dropout(activation(linear1(x)))))
    }
}

/// A layer in a `TransformerEncoder`: a `TransformerEncoderLayer`, or your own module.
public protocol TransformerEncoderBlock: Module {
    /// Computes the output. Call the module itself instead, because that also runs its hooks.
    ///
    /// - Parameters:
    ///   - source: `[S, N, dModel]`, or with the batch first if the block requires it.
    ///   - mask: `[S, S]` or `[N · heads, S, S]`: numbers to add to the attention's, or `true` to mask an attention.
    ///   - keyPaddingMask: `[N, S]`: `true` if a step is padding, or numbers to add to the attention.
    ///   - isCausal: indicates that `mask` is the causal mask.
    /// - Returns: a tensor with the shape of the source.
    func forward(_ source: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool) throws -> Tensor
}

extension TransformerEncoderBlock {
    /// Runs `forward` and then the hooks.
    public func callAsFunction(
        _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool = false
    ) throws -> Tensor {
        try call(source) { try forward(source, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal) }
    }
}

/// A stack of layers: a transformer's encoder.
///
/// ```swift
/// let encoder = TransformerEncoder(TransformerEncoderLayer(512, 8), numLayers: 6)
/// let own = TransformerEncoder(numLayers: 6) { MyEncoderLayer(512, 8) }
/// ```
open class TransformerEncoder: Module {
    public var layers: [any TransformerEncoderBlock]
    public var norm: (any Layer)?

    /// Creates an encoder from finished layers.
    ///
    /// - Parameters:
    ///   - layers: the layers, each with its own weights.
    ///   - norm: a layer that normalizes the result; `nil` disables this.
    public init(layers: [any TransformerEncoderBlock], norm: (any Layer)? = nil) {
        self.layers = layers
        self.norm = norm
    }

    /// Creates an encoder from copies of one layer, all with the same initial weights.
    ///
    /// - Parameters:
    ///   - encoderLayer: the layer to copy, including its weights, as in PyTorch. Only a plain
    ///     `TransformerEncoderLayer` can be copied; for a subclass, or a layer with replaced parts, use the initializer
    ///     that takes a closure.
    ///   - norm: a layer that normalizes the result; `nil` disables this.
    public convenience init(_ encoderLayer: TransformerEncoderLayer, numLayers: Int, norm: (any Layer)? = nil) {
        self.init(layers: [], norm: norm)
        deferErrors {
            layers = try copies(numLayers, of: encoderLayer, "TransformerEncoder") {
                let layer = TransformerEncoderLayer(encoderLayer.options)
                layer.activation = encoderLayer.activation
                return layer
            }
        }
    }

    /// Creates an encoder from layers that a closure creates, all with the same initial weights.
    ///
    /// - Parameters:
    ///   - norm: a layer that normalizes the result; `nil` disables this.
    ///   - layer: creates a layer. It is called for each layer. All layers start with the weights of the first one,
    ///     like the copies of one layer in PyTorch, so only the random numbers of the first layer matter. If the
    ///     closure throws an error, the first use throws it.
    public convenience init(
        numLayers: Int, norm: (any Layer)? = nil, layer: () throws -> any TransformerEncoderBlock
    ) {
        self.init(layers: [], norm: norm)
        deferErrors {
            layers = try equalLayers(numLayers, "TransformerEncoder", layer)
        }
    }

    /// Encodes a sequence, one layer after the other.
    ///
    /// - Parameters:
    ///   - mask: `[S, S]` or `[N · heads, S, S]`: `true` to mask an attention, or numbers to add to it.
    ///   - keyPaddingMask: `[N, S]`: `true` if a step is padding, or numbers to add to the attention.
    ///   - isCausal: whether `mask` is the causal mask; `nil` detects this automatically.
    public final func callAsFunction(
        _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool? = nil
    ) throws -> Tensor {
        try call(source) { try forward(source, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    open func forward(
        _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool? = nil
    ) throws -> Tensor {
        try requireInitialized()
        let mask = try additive(mask, like: source)
        let isCausal = try isCausal ?? isCausalMask(mask)
        var x = source
        for layer in layers {
            x = try layer(x, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal)
        }
        return try norm?(x) ?? x
    }
}
