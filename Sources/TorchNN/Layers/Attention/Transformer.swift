import Torch

/// Encoder and decoder of attention: Vaswani and others 2017, "Attention is all you need".
///
/// Takes sources `[S, N, dModel]` and targets `[T, N, dModel]`, gives `[T, N, dModel]`; with `batchFirst` the batch comes
/// first, and without a batch it is left out. Matrices are drawn by `Init.xavierUniform_`.
open class Transformer: Module {
    public var encoder: TransformerEncoder
    public var decoder: TransformerDecoder
    public let dModel: Int
    public let nhead: Int
    public let batchFirst: Bool

    /// - Parameters:
    ///   - dModel: the vectors' size.
    ///   - nhead: the number of heads, a divisor of that size.
    ///   - dimFeedforward: the size within the networks.
    ///   - activation: within the networks.
    ///   - customEncoder: in place of the usual one: an encoder of layers of your own, or a subclass.
    ///   - customDecoder: in place of the usual one: a decoder of layers of your own, or a subclass.
    ///   - normFirst: whether each part normalises its input, not its output.
    /// - Throws: `TorchError` for sizes that are not positive, or heads that do not divide the vectors.
    public init(
        dModel: Int = 512, nhead: Int = 8, numEncoderLayers: Int = 6, numDecoderLayers: Int = 6,
        dimFeedforward: Int = 2048, dropout: Double = 0.1, activation: @escaping (Tensor) throws -> Tensor = relu,
        customEncoder: TransformerEncoder? = nil, customDecoder: TransformerDecoder? = nil,
        layerNormEps: Double = 1e-5, batchFirst: Bool = false, normFirst: Bool = false, bias: Bool = true
    ) throws {
        let options = TransformerOptions(
            dModel: dModel, nhead: nhead, dimFeedforward: dimFeedforward, dropout: dropout, activation: activation,
            layerNormEps: layerNormEps, batchFirst: batchFirst, normFirst: normFirst, bias: bias)
        encoder =
            try customEncoder
            ?? TransformerEncoder(
                TransformerEncoderLayer(options), numLayers: numEncoderLayers, norm: options.norm())
        decoder =
            try customDecoder
            ?? TransformerDecoder(
                TransformerDecoderLayer(options), numLayers: numDecoderLayers, norm: options.norm())
        self.dModel = dModel
        self.nhead = nhead
        self.batchFirst = batchFirst
        super.init()
        for parameter in parameters() where parameter.dimensionCount > 1 { try Init.xavierUniform_(parameter) }
    }

    /// - Parameters:
    ///   - sourceMask: `[S, S]` or `[N · heads, S, S]`: true where there is no attention; or numbers that are added.
    ///   - targetMask: `[T, T]`, as `sourceMask`: mostly the causal one.
    ///   - memoryMask: `[T, S]`, as `sourceMask`.
    ///   - sourceKeyPaddingMask: `[N, S]`: true where a step is padding; or numbers that are added.
    ///   - targetKeyPaddingMask: `[N, T]`, as `sourceKeyPaddingMask`.
    ///   - memoryKeyPaddingMask: `[N, S]`, as `sourceKeyPaddingMask`.
    ///   - sourceIsCausal: whether `sourceMask` is the causal mask; found out where nil.
    ///   - targetIsCausal: whether `targetMask` is the causal mask; found out where nil.
    ///   - memoryIsCausal: says that `memoryMask` is the causal mask.
    open func callAsFunction(
        _ source: Tensor, _ target: Tensor, sourceMask: Tensor? = nil, targetMask: Tensor? = nil,
        memoryMask: Tensor? = nil, sourceKeyPaddingMask: Tensor? = nil, targetKeyPaddingMask: Tensor? = nil,
        memoryKeyPaddingMask: Tensor? = nil, sourceIsCausal: Bool? = nil, targetIsCausal: Bool? = nil,
        memoryIsCausal: Bool = false
    ) throws -> Tensor {
        try withHooks([source, target]) {
            let memory = try encoder(
                source, mask: sourceMask, keyPaddingMask: sourceKeyPaddingMask, isCausal: sourceIsCausal)
            return try decoder(
                target, memory, targetMask: targetMask, memoryMask: memoryMask,
                targetKeyPaddingMask: targetKeyPaddingMask,
                memoryKeyPaddingMask: memoryKeyPaddingMask, targetIsCausal: targetIsCausal,
                memoryIsCausal: memoryIsCausal)
        }
    }

    /// The causal mask `[size, size]`: -∞ where a step would look at a later one, 0 elsewhere.
    public static func generateSquareSubsequentMask(
        _ size: Int, dtype: DType = .float32, device: Device? = nil
    ) throws -> Tensor {
        try Tensor.full([size, size], .real(-.infinity), dtype: dtype, device: device).triu(diagonal: 1)
    }
}
