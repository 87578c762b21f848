import Torch

/// A table of vectors, one for each of a number of things: words, users, classes.
///
/// Takes integers of any shape, gives that shape with `embeddingDim` behind it. The table is drawn from the normal
/// distribution, the padding's row is zero.
public final class Embedding: Module, Layer {
    public let numEmbeddings: Int
    public let embeddingDim: Int
    public let paddingIdx: Int?
    public let maxNorm: Double?
    public let normType: Double
    public let scaleGradByFreq: Bool
    public let sparse: Bool

    /// `[numEmbeddings, embeddingDim]`.
    @Parameter public var weight: Tensor

    /// - Parameters:
    ///   - paddingIdx: the row that gets no gradient and is zero at first; negative numbers count from the end.
    ///   - maxNorm: the rows that are used are scaled down to this norm at most.
    ///   - normType: the norm's power.
    ///   - scaleGradByFreq: whether a row's gradient is divided by how often it is used.
    ///   - sparse: whether the gradient is a sparse tensor, for optimisers that take one.
    /// - Throws: `TorchError` for sizes that are not positive, or a row that is not there.
    public convenience init(
        _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int? = nil, maxNorm: Double? = nil, normType: Double = 2,
        scaleGradByFreq: Bool = false, sparse: Bool = false
    ) throws {
        try requirePositive([numEmbeddings, embeddingDim], "Embedding", "sizes of the table")
        try self.init(
            pretrained: Tensor.empty([numEmbeddings, embeddingDim]), freeze: false, paddingIdx: paddingIdx,
            maxNorm: maxNorm, normType: normType, scaleGradByFreq: scaleGradByFreq, sparse: sparse)
        try Init.drawTable(weight, paddingIdx: self.paddingIdx)
    }

    /// A table that is there already: PyTorch's `from_pretrained`. The module's weight shares its elements.
    ///
    /// - Parameters:
    ///   - weight: `[numEmbeddings, embeddingDim]`.
    ///   - freeze: whether training leaves it as it is.
    /// - Throws: `TorchError` for another number of dimensions, or a row that is not there.
    public init(
        pretrained weight: Tensor, freeze: Bool = true, paddingIdx: Int? = nil, maxNorm: Double? = nil,
        normType: Double = 2, scaleGradByFreq: Bool = false, sparse: Bool = false
    ) throws {
        try requireShape(weight.dimensionCount == 2, "Embedding", weight, "a table has two dimensions")
        numEmbeddings = try weight.size(0)
        embeddingDim = try weight.size(1)
        self.paddingIdx = try row(paddingIdx, of: weight, "Embedding")
        self.maxNorm = maxNorm
        self.normType = normType
        self.scaleGradByFreq = scaleGradByFreq
        self.sparse = sparse
        // A parameter of its own, so that what was given is not frozen with it.
        self.weight = try weight.detach()
        super.init()
        try self.weight.requiresGrad_(!freeze)
    }

    public override var extraDescription: String {
        var parts = ["\(numEmbeddings)", "\(embeddingDim)"]
        if let paddingIdx { parts.append("padding_idx=\(paddingIdx)") }
        parts += tableOptions(
            maxNorm: maxNorm, normType: normType, scaleGradByFreq: scaleGradByFreq, sparse: sparse)
        return parts.joined(separator: ", ")
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try embedding(
                input, weight: weight, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
                scaleGradByFreq: scaleGradByFreq, sparse: sparse)
        }
    }
}

/// The options of a table that are not the usual ones, as PyTorch prints them.
func tableOptions(maxNorm: Double?, normType: Double, scaleGradByFreq: Bool, sparse: Bool) -> [String] {
    var parts: [String] = []
    if let maxNorm { parts.append("max_norm=\(maxNorm)") }
    if normType != 2 { parts.append("norm_type=\(normType)") }
    if scaleGradByFreq { parts.append("scale_grad_by_freq=True") }
    if sparse { parts.append("sparse=True") }
    return parts
}

extension Init {
    /// Draws a table as PyTorch does: from the normal distribution, the padding's row zero.
    static func drawTable(_ weight: Tensor, paddingIdx: Int?) throws {
        try normal_(weight)
        if let paddingIdx { try zeros_(weight.detach().select(dim: 0, index: paddingIdx)) }
    }
}
