/// How far the confidence of predictions is from how often they are right: torchmetrics' `calibration_error`.
///
/// Confidences are sorted into bins of equal width from 0 to 1; one of exactly 1 has a bin of its own, as in
/// torchmetrics. A bin's error is the distance of its mean confidence from the share of right predictions. Binary, the
/// confidence is the probability of class 1 and right means class 1; of several classes it is the greatest probability.
public final class CalibrationError: TensorMetric {
    /// How the errors of bins become one.
    public enum Norm: String, Sendable, CaseIterable {
        /// Their mean, weighted by the number of predictions: the expected calibration error.
        case l1
        /// The root of the weighted mean of their squares.
        case l2
        /// The greatest.
        case max
    }

    public var state = MetricState()
    private let task: ClassificationTask
    private let bins: Int
    private let norm: Norm

    /// A calibration error that has seen no samples.
    ///
    /// - Parameters:
    ///   - task: what the classes are; not multilabel.
    ///   - bins: into how many parts confidences from 0 to 1 are cut.
    ///   - norm: how the errors of bins become one.
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
