import Torch

/// The sum, the mean, or the maximum of a table's rows, for each bag of row indices.
///
/// It computes `Embedding` and the reduction at once. The table is drawn from the normal distribution; the padding's
/// row is zero.
public final class EmbeddingBag: Module {
    /// How to combine the rows of a bag.
    public enum Mode: String, CaseIterable, Sendable {
        case sum, mean, max

        var number: Int {
            switch self {
            case .sum: 0
            case .mean: 1
            case .max: 2
            }
        }
    }

    public let numEmbeddings: Int
    public let embeddingDim: Int
    public let maxNorm: Double?
    public let normType: Double
    public let scaleGradByFreq: Bool
    public let mode: Mode
    public let sparse: Bool
    public let includeLastOffset: Bool
    public let paddingIdx: Int?

    /// `[numEmbeddings, embeddingDim]`.
    @Parameter public var weight: Tensor

    /// Creates a table of random vectors.
    ///
    /// - Parameters:
    ///   - numEmbeddings: the number of rows; positive.
    ///   - embeddingDim: the size of a row; positive.
    ///   - maxNorm: the maximum norm, to which rows with larger norms are scaled down when they are used; `nil`
    ///     disables scaling.
    ///   - normType: the power of the norm.
    ///   - scaleGradByFreq: whether a row's gradient is divided by how often it is used.
    ///   - mode: how to combine the rows of a bag.
    ///   - sparse: whether the gradient is a sparse tensor.
    ///   - includeLastOffset: whether the last offset is the input's length, not the start of a bag.
    ///   - paddingIdx: the row that is excluded from its bag; negative numbers count from the end.
    public convenience init(
        _ numEmbeddings: Int, _ embeddingDim: Int, maxNorm: Double? = nil, normType: Double = 2,
        scaleGradByFreq: Bool = false, mode: Mode = .mean, sparse: Bool = false, includeLastOffset: Bool = false,
        paddingIdx: Int? = nil
    ) {
        self.init(
            rows: numEmbeddings, size: embeddingDim, maxNorm: maxNorm, normType: normType,
            scaleGradByFreq: scaleGradByFreq, mode: mode, sparse: sparse, includeLastOffset: includeLastOffset,
            paddingIdx: paddingIdx)
        deferErrors {
            try requirePositive(["numEmbeddings": numEmbeddings, "embeddingDim": embeddingDim], "EmbeddingBag")
            weight = try Tensor.empty([numEmbeddings, embeddingDim])
            try checkMode(mode, scaleGradByFreq: scaleGradByFreq, sparse: sparse, "EmbeddingBag")
            try checkRow(paddingIdx, of: weight, "EmbeddingBag")
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
        pretrained weight: Tensor, freeze: Bool = true, maxNorm: Double? = nil, normType: Double = 2,
        scaleGradByFreq: Bool = false, mode: Mode = .mean, sparse: Bool = false, includeLastOffset: Bool = false,
        paddingIdx: Int? = nil
    ) {
        let shape = weight.shape
        self.init(
            rows: shape.first ?? 0, size: shape.last ?? 0, maxNorm: maxNorm, normType: normType,
            scaleGradByFreq: scaleGradByFreq, mode: mode, sparse: sparse, includeLastOffset: includeLastOffset,
            paddingIdx: paddingIdx)
        deferErrors {
            try requireShape(weight.dimensionCount == 2, "EmbeddingBag", weight, "a table has two dimensions")
            try checkMode(mode, scaleGradByFreq: scaleGradByFreq, sparse: sparse, "EmbeddingBag")
            try checkRow(paddingIdx, of: weight, "EmbeddingBag")
            // A parameter of its own, so that what was given is not frozen with it.
            self.weight = try weight.detach()
            try self.weight.requiresGrad_(!freeze)
        }
    }

    private init(
        rows: Int, size: Int, maxNorm: Double?, normType: Double, scaleGradByFreq: Bool, mode: Mode, sparse: Bool,
        includeLastOffset: Bool, paddingIdx: Int?
    ) {
        numEmbeddings = rows
        embeddingDim = size
        self.maxNorm = maxNorm
        self.normType = normType
        self.scaleGradByFreq = scaleGradByFreq
        self.mode = mode
        self.sparse = sparse
        self.includeLastOffset = includeLastOffset
        self.paddingIdx = paddingIdx.map { $0 < 0 ? $0 &+ rows : $0 }
    }

    public override var extraDescription: String {
        var parts = ["\(numEmbeddings)", "\(embeddingDim)"]
        parts += tableOptions(maxNorm: maxNorm, normType: normType, scaleGradByFreq: scaleGradByFreq, sparse: false)
        parts.append("mode='\(mode.rawValue)'")
        if let paddingIdx { parts.append("padding_idx=\(paddingIdx)") }
        return parts.joined(separator: ", ")
    }

    /// Looks up the rows of each bag and combines them into one vector.
    ///
    /// - Parameters:
    ///   - input: `[bags, bag size]`; or `[N]`, with `offsets` that contain the index at which each bag starts.
    ///   - perSampleWeights: the factor for each row, with the input's shape; for sums only.
    /// - Returns: `[bags, embeddingDim]`.
    public func callAsFunction(
        _ input: Tensor, offsets: Tensor? = nil, perSampleWeights: Tensor? = nil
    ) throws -> Tensor {
        try call((input, offsets, perSampleWeights)) {
            try forward(input, offsets: offsets, perSampleWeights: perSampleWeights)
        }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(_ input: Tensor, offsets: Tensor? = nil, perSampleWeights: Tensor? = nil) throws -> Tensor {
        try requireInitialized()
        return try embeddingBag(
            input, weight: weight, offsets: offsets, maxNorm: maxNorm, normType: normType,
            scaleGradByFreq: scaleGradByFreq, mode: mode, sparse: sparse, perSampleWeights: perSampleWeights,
            includeLastOffset: includeLastOffset, paddingIdx: paddingIdx)
    }
}
