import Torch

/// Attention of queries to keys, which determines how their values are combined, in several parallel heads.
///
/// Each head computes softmax(q·kᵀ / √d)·v of projections of q, k, and v; the results of the heads are projected again.
/// Vaswani and others 2017, "Attention is all you need".
///
/// It takes queries `[L, N, embedDim]`, keys `[S, N, kdim]`, and values `[S, N, vdim]`; with `batchFirst`, the batch
/// dimension comes first. A single sample has no batch dimension.
open class MultiheadAttention: Module {
    public let embedDim: Int
    public let numHeads: Int
    public let dropout: Double
    public let batchFirst: Bool
    public let addZeroAttn: Bool
    public let kdim: Int
    public let vdim: Int

    /// `[embedDim, embedDim]`, if keys or values have a different size.
    @Parameter("q_proj_weight") public var qProjWeight: Tensor?
    /// `[embedDim, kdim]`, like `qProjWeight`.
    @Parameter("k_proj_weight") public var kProjWeight: Tensor?
    /// `[embedDim, vdim]`, like `qProjWeight`.
    @Parameter("v_proj_weight") public var vProjWeight: Tensor?
    /// `[3 · embedDim, embedDim]`: the three projections in one, if all have the same size.
    @Parameter("in_proj_weight") public var inProjWeight: Tensor?
    /// `[3 · embedDim]`.
    @Parameter("in_proj_bias") public var inProjBias: Tensor?
    /// `[1, 1, embedDim]`: an additional key.
    @Parameter("bias_k") public var biasK: Tensor?
    /// `[1, 1, embedDim]`: its value.
    @Parameter("bias_v") public var biasV: Tensor?
    /// The projection of the heads' results.
    public let outProj: Linear

    /// Creates attention with random projections.
    ///
    /// - Parameters:
    ///   - embedDim: the size of the queries and of the output.
    ///   - numHeads: the number of heads, a divisor of `embedDim`.
    ///   - dropout: the probability that a weight of the attention is dropped in training.
    ///   - bias: whether the projections have biases.
    ///   - addBiasKV: whether a learned key and value follow the others.
    ///   - addZeroAttn: whether a key and value of zeros follow the others.
    ///   - kdim: the keys' size; `nil` uses `embedDim`.
    ///   - vdim: the values' size; `nil` uses `embedDim`.
    public init(
        _ embedDim: Int, _ numHeads: Int, dropout: Double = 0, bias: Bool = true, addBiasKV: Bool = false,
        addZeroAttn: Bool = false, kdim: Int? = nil, vdim: Int? = nil, batchFirst: Bool = false
    ) {
        self.embedDim = embedDim
        self.numHeads = numHeads
        self.dropout = dropout
        self.batchFirst = batchFirst
        self.addZeroAttn = addZeroAttn
        self.kdim = kdim ?? embedDim
        self.vdim = vdim ?? embedDim
        outProj = NonDynamicallyQuantizableLinear(embedDim, embedDim, bias: bias)
        super.init()
        deferErrors {
            let layer = "MultiheadAttention"
            try requirePositive(
                ["embedDim": embedDim, "numHeads": numHeads, "kdim": self.kdim, "vdim": self.vdim], layer)
            try require(
                embedDim.isMultiple(of: numHeads), layer,
                "numHeads must divide embedDim, \(embedDim), and \(numHeads) does not")
            try requireProbability(dropout, layer, "dropout")
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
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        super.childNodes().map { $0.key == "outProj" ? ("out_proj", $0.node) : $0 }
    }

    /// Computes the attention of queries to keys and combines the values accordingly.
    ///
    /// - Parameters:
    ///   - keyPaddingMask: `[N, S]`, or `[S]`: `true` if a key is padding, or numbers to add to the attention.
    ///   - needWeights: whether to return the weights of the attention, which costs time and memory.
    ///   - attnMask: `[L, S]` or `[N · numHeads, L, S]`: `true` to mask an attention, or numbers to add to it.
    ///   - averageAttnWeights: whether the weights are the mean over the heads.
    ///   - isCausal: indicates that `attnMask` is the causal mask, for a faster kernel.
    /// - Returns: `[L, N, embedDim]` (or batch first), and the weights `[N, L, S]`, or `[N, numHeads, L, S]`.
    /// - Throws: `TorchError` for shapes that do not fit.
    public final func callAsFunction(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
        attnMask: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false
    ) throws -> (output: Tensor, weights: Tensor?) {
        try call((query, key, value)) {
            try forward(
                query, key, value, keyPaddingMask: keyPaddingMask, needWeights: needWeights, attnMask: attnMask,
                averageAttnWeights: averageAttnWeights, isCausal: isCausal)
        }
    }

    /// Computes the result of a call; see `callAsFunction`.
    open func forward(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
        attnMask: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false
    ) throws -> (output: Tensor, weights: Tensor?) {
        try requireInitialized()
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

extension MultiheadAttention: CountingMultiplyAdds {
    // `outProj`, the projection of the heads' results, has a row of its own.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        let key = others.first ?? input
        let (queries, keys) = (input.count / embedDim, key.count / kdim)
        let keysOfOne = key.shape[batchFirst && key.dimensionCount == 3 ? 1 : 0] + (biasK == nil ? 0 : 1)
        let projections = saturatingSum(
            saturatingProduct(queries, embedDim, embedDim), saturatingProduct(keys, kdim + vdim, embedDim))
        let attention = saturatingProduct(queries, keysOfOne + (addZeroAttn ? 1 : 0), embedDim)
        return saturatingSum(projections, saturatingProduct(attention, 2))
    }
}

/// A linear map under the name that PyTorch prints for the last one of an attention.
final class NonDynamicallyQuantizableLinear: Linear {}
