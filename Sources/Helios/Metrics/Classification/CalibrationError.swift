/// The difference between the confidence of predictions and how often they are correct: torchmetrics'
/// `calibration_error`.
///
/// Confidences are sorted into bins of equal width from 0 to 1; a confidence of exactly 1 has its own bin, as in
/// torchmetrics. The error of a bin is the difference between its mean confidence and the fraction of correct
/// predictions. In a binary task, the confidence is the probability of class 1, and correct means class 1. With several
/// classes, the confidence is the highest probability.
public final class CalibrationError: TensorMetric {
    /// How to combine the errors of the bins.
    public enum Norm: String, Sendable, CaseIterable {
        /// The mean, weighted by the number of predictions: the expected calibration error.
        case l1
        /// The square root of the weighted mean of the squares.
        case l2
        /// The maximum.
        case max
    }

    public var state = MetricState()
    private let task: ClassificationTask
    private let bins: Int
    private let norm: Norm

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameters:
    ///   - task: the type of classification; not multilabel.
    ///   - bins: the number of bins for confidences from 0 to 1.
    ///   - norm: how to combine the errors of the bins.
    public init(_ task: ClassificationTask, bins: Int = 15, norm: Norm = .l1) {
        (self.task, self.bins, self.norm) = (task, bins, norm)
    }

    public var sumShapes: [String: [Int]] { ["count": [bins + 1], "confidence": [bins + 1], "right": [bins + 1]] }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        try task.check("CalibrationError")
        guard bins >= 1 else { throw MetricError("CalibrationError: there must be at least 1 bin, not \(bins)") }
        guard !task.isMultilabel else {
            throw MetricError("CalibrationError: a multilabel task has none; use .binary for each label")
        }
        let (scores, labels) = try task.scores("CalibrationError", predictions, targets)
        if try ((scores .< 0) .| (scores .> 1)).any().item(Bool.self) {
            throw MetricError(
                "CalibrationError: predictions must be probabilities from 0 to 1; apply a sigmoid or a softmax to logits"
            )
        }
        let isNaN = try scores.isnan()
        let known = try scores.nanToNum(nan: 0)
        let (confidence, right): (Tensor, Tensor)
        if task.isBinary {
            (confidence, right) = (known, try labels.to(.float64))
        } else {
            let best = try known.max(dim: 1)
            (confidence, right) = (best.values, try (best.indices .== labels).to(.float64))
        }
        let edges = try Tensor.linspace(start: 0, end: 1, steps: bins + 1, dtype: .float64, device: scores.device)
        let bin = try Tensor.bucketize(confidence, edges, right: true) - 1
        let nothing = try Tensor.zeros([bins + 1], dtype: .float64, device: scores.device)
        var next = state
        try next.add("count", bin.bincount(minlength: bins + 1))
        try next.add("confidence", nothing.indexAdd(dim: 0, index: bin, source: confidence))
        try next.add("right", nothing.indexAdd(dim: 0, index: bin, source: right))
        try next.add("nan", isNaN.sum())
        state = next
    }

    public func compute() throws -> Double {
        let counts = try state.numbers("count")
        let total = counts.reduce(0, +)
        guard total > 0, try state.number("nan") == 0 else { return .nan }
        let (confidences, rights) = (try state.numbers("confidence"), try state.numbers("right"))
        let errors = counts.indices.filter { counts[$0] > 0 }.map { bin in
            (weight: counts[bin] / total, error: abs(rights[bin] - confidences[bin]) / counts[bin])
        }
        switch norm {
        case .l1: return errors.map { $0.weight * $0.error }.reduce(0, +)
        case .l2: return errors.map { $0.weight * $0.error * $0.error }.reduce(0, +).squareRoot()
        case .max: return errors.map(\.error).max() ?? .nan
        }
    }
}
