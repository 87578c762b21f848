import Torch

/// A table of vectors, one for each item, such as words, users, or classes.
///
/// It takes integers of any shape and returns that shape with `embeddingDim` after it. The table is drawn from the
/// normal distribution; the padding's row is zero.
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

    /// Creates a table of random vectors.
    ///
    /// - Parameters:
    ///   - numEmbeddings: the number of rows; positive.
    ///   - embeddingDim: the size of a row; positive.
    ///   - paddingIdx: the row that gets no gradient and is initially zero; negative numbers count from the end.
    ///   - maxNorm: the maximum norm, to which rows with larger norms are scaled down when they are used; `nil`
    ///     disables scaling.
    ///   - normType: the power of the norm.
    ///   - scaleGradByFreq: whether a row's gradient is divided by how often it is used.
    ///   - sparse: whether the gradient is a sparse tensor, for optimizers that take one.
    public convenience init(
        _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int? = nil, maxNorm: Double? = nil, normType: Double = 2,
        scaleGradByFreq: Bool = false, sparse: Bool = false
    ) {
        self.init(
            rows: numEmbeddings, size: embeddingDim, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
            scaleGradByFreq: scaleGradByFreq, sparse: sparse)
        deferErrors {
            try requirePositive(["numEmbeddings": numEmbeddings, "embeddingDim": embeddingDim], "Embedding")
            weight = try Tensor.empty([numEmbeddings, embeddingDim])
            try checkRow(paddingIdx, of: weight, "Embedding")
            try Init.drawTable(weight, paddingIdx: self.paddingIdx)
        }
    }

    /// Creates an embedding from an existing table, as PyTorch's `from_pretrained` does. The module's weight shares its
    /// elements.
    ///
    /// - Parameters:
    ///   - weight: `[numEmbeddings, embeddingDim]`.
    ///   - freeze: whether to exclude the table from training.
    public convenience init(
        pretrained weight: Tensor, freeze: Bool = true, paddingIdx: Int? = nil, maxNorm: Double? = nil,
        normType: Double = 2, scaleGradByFreq: Bool = false, sparse: Bool = false
    ) {
        let shape = weight.shape
        self.init(
            rows: shape.first ?? 0, size: shape.last ?? 0, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
            scaleGradByFreq: scaleGradByFreq, sparse: sparse)
        deferErrors {
            try requireShape(weight.dimensionCount == 2, "Embedding", weight, "a table has two dimensions")
            try checkRow(paddingIdx, of: weight, "Embedding")
            // A parameter of its own, so that what was given is not frozen with it.
            self.weight = try weight.detach()
            try self.weight.requiresGrad_(!freeze)
        }
    }

    private init(
        rows: Int, size: Int, paddingIdx: Int?, maxNorm: Double?, normType: Double, scaleGradByFreq: Bool, sparse: Bool
    ) {
        numEmbeddings = rows
        embeddingDim = size
        self.paddingIdx = paddingIdx.map { $0 < 0 ? $0 &+ rows : $0 }
        self.maxNorm = maxNorm
        self.normType = normType
        self.scaleGradByFreq = scaleGradByFreq
        self.sparse = sparse
    }

    public override var extraDescription: String {
        var parts = ["\(numEmbeddings)", "\(embeddingDim)"]
        if let paddingIdx { parts.append("padding_idx=\(paddingIdx)") }
        parts += tableOptions(
            maxNorm: maxNorm, normType: normType, scaleGradByFreq: scaleGradByFreq, sparse: sparse)
        return parts.joined(separator: ", ")
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try embedding(
            input, weight: weight, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
            scaleGradByFreq: scaleGradByFreq, sparse: sparse)
    }
}

/// The options of a table that differ from the defaults, as PyTorch prints them.
func tableOptions(maxNorm: Double?, normType: Double, scaleGradByFreq: Bool, sparse: Bool) -> [String] {
    var parts: [String] = []
    if let maxNorm { parts.append("max_norm=\(maxNorm)") }
    if normType != 2 { parts.append("norm_type=\(normType)") }
    if scaleGradByFreq { parts.append("scale_grad_by_freq=True") }
    if sparse { parts.append("sparse=True") }
    return parts
}

extension Init {
    /// Draws a table as PyTorch does: from the normal distribution, with zeros in the padding's row.
    static func drawTable(_ weight: Tensor, paddingIdx: Int?) throws {
        try normal_(weight)
        if let paddingIdx { try zeros_(weight.detach().select(dim: 0, index: paddingIdx)) }
    }
}
