import Torch

/// An encoder and a decoder that consist of attention: Vaswani and others 2017, "Attention is all you need".
///
/// It takes sources `[S, N, dModel]` and targets `[T, N, dModel]`, and returns `[T, N, dModel]`; with `batchFirst`, the
/// batch dimension comes first. A single sample has no batch dimension. Matrices are drawn by `Init.xavierUniform_`.
open class Transformer: Module {
    public var encoder: TransformerEncoder
    public var decoder: TransformerDecoder
    public let dModel: Int
    public let nhead: Int
    public let batchFirst: Bool

    /// Creates a transformer with random weights, or with your own encoder and decoder.
    ///
    /// - Parameters:
    ///   - dModel: the size of the vectors.
    ///   - nhead: the number of heads, a divisor of that size.
    ///   - dimFeedforward: the size between the two linear layers of each network.
    ///   - activation: the activation between them.
    ///   - customEncoder: an encoder with your own layers, or a subclass; `nil` creates the standard one.
    ///   - customDecoder: a decoder with your own layers, or a subclass; `nil` creates the standard one.
    ///   - normFirst: whether each part normalizes its input, not its output.
    public init(
        dModel: Int = 512, nhead: Int = 8, numEncoderLayers: Int = 6, numDecoderLayers: Int = 6,
        dimFeedforward: Int = 2048, dropout: Double = 0.1, activation: @escaping (Tensor) throws -> Tensor = relu,
        customEncoder: TransformerEncoder? = nil, customDecoder: TransformerDecoder? = nil,
        layerNormEps: Double = 1e-5, batchFirst: Bool = false, normFirst: Bool = false, bias: Bool = true
    ) {
        let options = TransformerOptions(
            dModel: dModel, nhead: nhead, dimFeedforward: dimFeedforward, dropout: dropout, activation: activation,
            layerNormEps: layerNormEps, batchFirst: batchFirst, normFirst: normFirst, bias: bias)
        encoder =
            customEncoder
            ?? TransformerEncoder(TransformerEncoderLayer(options), numLayers: numEncoderLayers, norm: options.norm())
        decoder =
            customDecoder
            ?? TransformerDecoder(TransformerDecoderLayer(options), numLayers: numDecoderLayers, norm: options.norm())
        self.dModel = dModel
        self.nhead = nhead
        self.batchFirst = batchFirst
        super.init()
        deferErrors {
            for parameter in try parameters() where parameter.dimensionCount > 1 { try Init.xavierUniform_(parameter) }
        }
    }

    /// Encodes the source, and decodes the target with the result.
    ///
    /// - Parameters:
    ///   - sourceMask: `[S, S]` or `[N · heads, S, S]`: `true` to mask an attention, or numbers to add to it.
    ///   - targetMask: `[T, T]`, like `sourceMask`: usually the causal one.
    ///   - memoryMask: `[T, S]`, like `sourceMask`.
    ///   - sourceKeyPaddingMask: `[N, S]`: `true` if a step is padding, or numbers to add to the attention.
    ///   - targetKeyPaddingMask: `[N, T]`, like `sourceKeyPaddingMask`.
    ///   - memoryKeyPaddingMask: `[N, S]`, like `sourceKeyPaddingMask`.
    ///   - sourceIsCausal: whether `sourceMask` is the causal mask; `nil` detects this automatically.
    ///   - targetIsCausal: whether `targetMask` is the causal mask; `nil` detects this automatically.
    ///   - memoryIsCausal: indicates that `memoryMask` is the causal mask.
    public final func callAsFunction(
        _ source: Tensor, _ target: Tensor, sourceMask: Tensor? = nil, targetMask: Tensor? = nil,
        memoryMask: Tensor? = nil, sourceKeyPaddingMask: Tensor? = nil, targetKeyPaddingMask: Tensor? = nil,
        memoryKeyPaddingMask: Tensor? = nil, sourceIsCausal: Bool? = nil, targetIsCausal: Bool? = nil,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try call((source, target)) {
            try forward(
                source, target, sourceMask: sourceMask, targetMask: targetMask, memoryMask: memoryMask,
                sourceKeyPaddingMask: sourceKeyPaddingMask, targetKeyPaddingMask: targetKeyPaddingMask,
                memoryKeyPaddingMask: memoryKeyPaddingMask, sourceIsCausal: sourceIsCausal,
                targetIsCausal: targetIsCausal, memoryIsCausal: memoryIsCausal)
        }
    }

    /// Computes the result of a call; see `callAsFunction`.
    open func forward(
        _ source: Tensor, _ target: Tensor, sourceMask: Tensor? = nil, targetMask: Tensor? = nil,
        memoryMask: Tensor? = nil, sourceKeyPaddingMask: Tensor? = nil, targetKeyPaddingMask: Tensor? = nil,
        memoryKeyPaddingMask: Tensor? = nil, sourceIsCausal: Bool? = nil, targetIsCausal: Bool? = nil,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try requireInitialized()
        let memory = try encoder(
            source, mask: sourceMask, keyPaddingMask: sourceKeyPaddingMask, isCausal: sourceIsCausal)
        return try decoder(
            target, memory, targetMask: targetMask, memoryMask: memoryMask,
            targetKeyPaddingMask: targetKeyPaddingMask, memoryKeyPaddingMask: memoryKeyPaddingMask,
            targetIsCausal: targetIsCausal, memoryIsCausal: memoryIsCausal)
    }

    /// The causal mask `[size, size]`: -∞ for the attention of a step to a later one, else 0.
    public static func generateSquareSubsequentMask(
        _ size: Int, dtype: DType = .float32, device: Device? = nil
    ) throws -> Tensor {
        try Tensor.full([size, size], -Double.infinity, dtype: dtype, device: device).triu(diagonal: 1)
    }
}
