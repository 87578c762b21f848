import Torch

/// Attention of queries to keys, whose values are mixed by it, in several heads side by side.
///
/// softmax(q·kᵀ / √d)·v in each head, with q, k and v projected before, and the heads' results after. Vaswani and others
/// 2017, "Attention is all you need".
///
/// Takes queries `[L, N, embedDim]`, keys `[S, N, kdim]` and values `[S, N, vdim]`; with `batchFirst` the batch comes
/// first, and without a batch it is left out.
open class MultiheadAttention: Module {
    public let embedDim: Int
    public let numHeads: Int
    public let dropout: Double
    public let batchFirst: Bool
    public let addZeroAttn: Bool
    public let kdim: Int
    public let vdim: Int

    /// `[embedDim, embedDim]`, where keys or values have a size of their own.
    @Parameter("q_proj_weight") public var qProjWeight: Tensor?
    /// `[embedDim, kdim]`, as `qProjWeight`.
    @Parameter("k_proj_weight") public var kProjWeight: Tensor?
    /// `[embedDim, vdim]`, as `qProjWeight`.
    @Parameter("v_proj_weight") public var vProjWeight: Tensor?
    /// `[3 · embedDim, embedDim]`, the three projections in one, where all have one size.
    @Parameter("in_proj_weight") public var inProjWeight: Tensor?
    /// `[3 · embedDim]`.
    @Parameter("in_proj_bias") public var inProjBias: Tensor?
    /// `[1, 1, embedDim]`: one more key.
    @Parameter("bias_k") public var biasK: Tensor?
    /// `[1, 1, embedDim]`: its value.
    @Parameter("bias_v") public var biasV: Tensor?
    /// What is made of the heads' results.
    public let outProj: Linear

    /// - Parameters:
    ///   - numHeads: a divisor of the embedding's size.
    ///   - dropout: the probability that a weight of the attention is dropped in training.
    ///   - bias: whether the projections have biases.
    ///   - addBiasKV: whether a key and value that are learnt stand behind the others.
    ///   - addZeroAttn: whether a key and value of zeros stand behind the others.
    ///   - kdim: the keys' size; the embedding's where nil.
    ///   - vdim: the values' size; the embedding's where nil.
    /// - Throws: `TorchError` for sizes that are not positive, or heads that do not divide the embedding.
    public init(
        _ embedDim: Int, _ numHeads: Int, dropout: Double = 0, bias: Bool = true, addBiasKV: Bool = false,
        addZeroAttn: Bool = false, kdim: Int? = nil, vdim: Int? = nil, batchFirst: Bool = false
    ) throws {
        let layer = "MultiheadAttention"
        try requirePositive([embedDim, numHeads, kdim ?? embedDim, vdim ?? embedDim], layer, "sizes")
        try require(
            embedDim.isMultiple(of: numHeads), layer,
            "the number of heads must divide the embedding's size, \(embedDim), and \(numHeads) does not")
        try require((0...1).contains(dropout), layer, "the dropout must be between 0 and 1, not \(dropout)")
        self.embedDim = embedDim
        self.numHeads = numHeads
        self.dropout = dropout
        self.batchFirst = batchFirst
        self.addZeroAttn = addZeroAttn
        self.kdim = kdim ?? embedDim
        self.vdim = vdim ?? embedDim
        outProj = try NonDynamicallyQuantizableLinear(embedDim, embedDim, bias: bias)
        super.init()
        if self.kdim == embedDim && self.vdim == embedDim {
            inProjWeight = try Init.xavierUniform_(Tensor.empty([3 * embedDim, embedDim]))
        } else {
            qProjWeight = try Init.xavierUniform_(Tensor.empty([embedDim, embedDim]))
            kProjWeight = try Init.xavierUniform_(Tensor.empty([embedDim, self.kdim]))
            vProjWeight = try Init.xavierUniform_(Tensor.empty([embedDim, self.vdim]))
        }
        if bias {
            inProjBias = try Tensor.zeros([3 * embedDim])
            if let bias = outProj.bias { try Init.zeros_(bias) }
        }
        if addBiasKV {
            biasK = try Init.xavierNormal_(Tensor.empty([1, 1, embedDim]))
            biasV = try Init.xavierNormal_(Tensor.empty([1, 1, embedDim]))
        }
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        super.childNodes().map { $0.key == "outProj" ? ("out_proj", $0.node) : $0 }
    }

    /// - Parameters:
    ///   - keyPaddingMask: `[N, S]`, or `[S]`: true where a key is padding; or numbers that are added.
    ///   - needWeights: whether the attention's weights come back, which costs time and memory.
    ///   - attnMask: `[L, S]` or `[N · numHeads, L, S]`: true where there is no attention; or numbers that are added.
    ///   - averageAttnWeights: whether the weights are the mean over the heads.
    ///   - isCausal: says that `attnMask` is the causal mask, for a faster kernel.
    /// - Returns: `[L, N, embedDim]` (or batch first), and the weights `[N, L, S]`, or `[N, numHeads, L, S]`.
    /// - Throws: `TorchError` for shapes that do not fit.
    open func callAsFunction(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
        attnMask: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false
    ) throws -> (output: Tensor, weights: Tensor?) {
        try withHooks([query, key, value], outputs: { [$0.output] + [$0.weights].compactMap(\.self) }) {
            let attention = HeadedAttention(
                operation: Self.layerName, numHeads: numHeads,
                projections: try .init(packed: inProjWeight, q: qProjWeight, k: kProjWeight, v: vProjWeight),
                bias: inProjBias, biasK: biasK, biasV: biasV, addZeroAttn: addZeroAttn,
                dropoutP: isTraining ? dropout : 0, batchFirst: batchFirst)
            return try attention(
                query, key, value, keyPaddingMask: keyPaddingMask, needWeights: needWeights, attnMask: attnMask,
                averageAttnWeights: averageAttnWeights, isCausal: isCausal
            ) { try outProj($0) }
        }
    }
}

/// A linear map under the name that PyTorch prints for the last one of an attention.
final class NonDynamicallyQuantizableLinear: Linear {}
