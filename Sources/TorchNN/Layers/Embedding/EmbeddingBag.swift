import Torch

/// The sum, mean or greatest elements of a table's rows, for each bag of row numbers.
///
/// It computes `Embedding` and the reduction at once. The table is drawn from the normal distribution, the padding's row
/// is zero.
public final class EmbeddingBag: Module {
    /// What is made of a bag's rows.
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

    /// - Parameters:
    ///   - maxNorm: the rows that are used are scaled down to this norm at most.
    ///   - normType: the norm's power.
    ///   - scaleGradByFreq: whether a row's gradient is divided by how often it is used.
    ///   - mode: what is made of a bag's rows.
    ///   - sparse: whether the gradient is a sparse tensor.
    ///   - includeLastOffset: whether the last offset is the input's length, and no bag's beginning.
    ///   - paddingIdx: the row that does not count in its bag; negative numbers count from the end.
    /// - Throws: `TorchError` for sizes that are not positive, a row that is not there, or options that do not go with the
    ///   mode.
    public convenience init(
        _ numEmbeddings: Int, _ embeddingDim: Int, maxNorm: Double? = nil, normType: Double = 2,
        scaleGradByFreq: Bool = false, mode: Mode = .mean, sparse: Bool = false, includeLastOffset: Bool = false,
        paddingIdx: Int? = nil
    ) throws {
        try requirePositive([numEmbeddings, embeddingDim], "EmbeddingBag", "sizes of the table")
        try self.init(
            pretrained: Tensor.empty([numEmbeddings, embeddingDim]), freeze: false, maxNorm: maxNorm,
            normType: normType,
            scaleGradByFreq: scaleGradByFreq, mode: mode, sparse: sparse, includeLastOffset: includeLastOffset,
            paddingIdx: paddingIdx)
        try Init.drawTable(weight, paddingIdx: self.paddingIdx)
    }

    /// A table that is there already: PyTorch's `from_pretrained`. The module's weight shares its elements.
    ///
    /// - Parameters:
    ///   - weight: `[numEmbeddings, embeddingDim]`.
    ///   - freeze: whether training leaves it as it is.
    /// - Throws: `TorchError` for another number of dimensions, a row that is not there, or options that do not go with the
    ///   mode.
    public init(
        pretrained weight: Tensor, freeze: Bool = true, maxNorm: Double? = nil, normType: Double = 2,
        scaleGradByFreq: Bool = false, mode: Mode = .mean, sparse: Bool = false, includeLastOffset: Bool = false,
        paddingIdx: Int? = nil
    ) throws {
        try requireShape(weight.dimensionCount == 2, "EmbeddingBag", weight, "a table has two dimensions")
        try checkMode(mode, scaleGradByFreq: scaleGradByFreq, sparse: sparse, "EmbeddingBag")
        numEmbeddings = try weight.size(0)
        embeddingDim = try weight.size(1)
        self.maxNorm = maxNorm
        self.normType = normType
        self.scaleGradByFreq = scaleGradByFreq
        self.mode = mode
        self.sparse = sparse
        self.includeLastOffset = includeLastOffset
        self.paddingIdx = try row(paddingIdx, of: weight, "EmbeddingBag")
        // A parameter of its own, so that what was given is not frozen with it.
        self.weight = try weight.detach()
        super.init()
        try self.weight.requiresGrad_(!freeze)
    }

    public override var extraDescription: String {
        var parts = ["\(numEmbeddings)", "\(embeddingDim)"]
        parts += tableOptions(maxNorm: maxNorm, normType: normType, scaleGradByFreq: scaleGradByFreq, sparse: false)
        parts.append("mode='\(mode.rawValue)'")
        if let paddingIdx { parts.append("padding_idx=\(paddingIdx)") }
        return parts.joined(separator: ", ")
    }

    /// - Parameters:
    ///   - input: `[bags, bag size]`; or `[N]`, with `offsets` that say where in it each bag begins.
    ///   - perSampleWeights: of the input's shape: what each row is multiplied with, for sums.
    /// - Returns: `[bags, embeddingDim]`.
    public func callAsFunction(
        _ input: Tensor, offsets: Tensor? = nil, perSampleWeights: Tensor? = nil
    ) throws -> Tensor {
        try withHooks([input, offsets, perSampleWeights].compactMap(\.self)) {
            try embeddingBag(
                input, weight: weight, offsets: offsets, maxNorm: maxNorm, normType: normType,
                scaleGradByFreq: scaleGradByFreq, mode: mode, sparse: sparse, perSampleWeights: perSampleWeights,
                includeLastOffset: includeLastOffset, paddingIdx: paddingIdx)
        }
    }
}
