/// The area under the receiver operating characteristic: how likely a sample of a class has a greater score than
/// another sample, half of equal scores counted. scikit-learn's `roc_auc_score`; one class against the rest if there
/// are several.
///
/// A class without samples, or without others, has none: it is NaN, and does not count in an average. Scores are taken
/// as they are: give the probabilities of several classes, since a softmax changes the order of samples.
public final class AUROC: PerClassMetric {
    public var state = MetricState()
    private let task: ClassificationTask
    private let average: ClassAverage

    /// An area that has seen no samples.
    ///
    /// - Parameters:
    ///   - task: what the classes are. The threshold has no meaning here.
    ///   - average: how classes are averaged.
    public init(_ task: ClassificationTask, average: ClassAverage = .macro) {
        (self.task, self.average) = (task, average)
    }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        try ScoreRows.update(&state, "AUROC", task, predictions, targets)
    }

    public func compute() throws -> Double {
        try ScoreRows(state, task)?.average(average, Self.area) ?? .nan
    }

    /// The area of each class; one alone if binary.
    public func computePerClass() throws -> [Double] {
        try ScoreRows(state, task)?.perClass(Self.area).scores
            ?? Array(repeating: .nan, count: task.isBinary ? 1 : task.classCount)
    }

    private static func area(_ ties: ScoreRows.Ties) throws -> Double {
        let (positives, negatives) = (try ties.positives.sum(), try ties.negatives.sum())
        // Counts are whole numbers in float64, so that every sum is exact.
        let below = try ties.negatives.cumsum(dim: 0) - ties.negatives
        let pairs = try (ties.positives * (below + ties.negatives * 0.5)).sum()
        return try (pairs / (positives * negatives)).item(Double.self)
    }
}

/// The area under the curve of precision over recall, Σ (Rₖ − Rₖ₋₁) · Pₖ over all thresholds: scikit-learn's
/// `average_precision_score`.
///
/// A class that is not among the targets has 0, as in scikit-learn. Multilabel, the macro average is the mean average
/// precision of retrieval, which Python Helios calls mAP.
public final class AveragePrecision: PerClassMetric {
    public var state = MetricState()
    private let task: ClassificationTask
    private let average: ClassAverage
    private let countsAbsentClasses: Bool
    private let asPercent: Bool

    /// An average precision that has seen no samples.
    ///
    /// - Parameters:
    ///   - task: what the classes are. The threshold has no meaning here.
    ///   - average: how classes are averaged.
    ///   - countsAbsentClasses: whether classes that are not among the targets count as 0, and are not NaN and left out
    ///     of averages, as in Python Helios.
    ///   - asPercent: whether it is from 0 to 100, as in Python Helios.
    public init(
        _ task: ClassificationTask, average: ClassAverage = .macro, countsAbsentClasses: Bool = true,
        asPercent: Bool = false
    ) {
        (self.task, self.average) = (task, average)
        (self.countsAbsentClasses, self.asPercent) = (countsAbsentClasses, asPercent)
    }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        try ScoreRows.update(&state, "AveragePrecision", task, predictions, targets)
    }

    public func compute() throws -> Double {
        (asPercent ? 100 : 1) * (try ScoreRows(state, task)?.average(average, area) ?? .nan)
    }

    /// The average precision of each class; one alone if binary.
    public func computePerClass() throws -> [Double] {
        let scores =
            try ScoreRows(state, task)?.perClass(area).scores
            ?? Array(repeating: .nan, count: task.isBinary ? 1 : task.classCount)
        return scores.map { (asPercent ? 100 : 1) * $0 }
    }

    private func area(_ ties: ScoreRows.Ties) throws -> Double {
        let gained = try ties.positives.flip(0)
        let found = try gained.cumsum(dim: 0)
        let shown = try found + ties.negatives.flip(0).cumsum(dim: 0)
        let area = try ((gained * found / shown).sum() / gained.sum()).item(Double.self)
        return area.isNaN && countsAbsentClasses ? 0 : area
    }
}
