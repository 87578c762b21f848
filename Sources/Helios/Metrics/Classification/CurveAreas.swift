/// The area under the receiver operating characteristic curve: the probability that a sample of a class has a higher
/// score than another sample, where equal scores count half. It is scikit-learn's `roc_auc_score`, with one class
/// against the rest if there are several.
///
/// A class without samples, or to which all samples belong, has no area: it is NaN, and it is excluded from averages.
/// Scores are used as they are. Pass the probabilities of several classes, because a softmax changes the order of the
/// samples.
public final class AUROC: PerClassMetric {
    public var state = MetricState()
    private let task: ClassificationTask
    private let average: ClassAverage

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameters:
    ///   - task: the type of classification. The threshold is not used.
    ///   - average: how to average over classes.
    public init(_ task: ClassificationTask, average: ClassAverage = .macro) {
        (self.task, self.average) = (task, average)
    }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        try ScoreRows.update(&state, "AUROC", task, predictions, targets)
    }

    public func compute() throws -> Double {
        try ScoreRows(state, task)?.average(average, Self.area) ?? .nan
    }

    /// Returns the area of each class; a single area for a binary task.
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

/// The area under the precision-recall curve, Σ (Rₖ − Rₖ₋₁) · Pₖ over all thresholds: scikit-learn's
/// `average_precision_score`.
///
/// A class that is not among the targets has 0, as in scikit-learn. In a multilabel task, the macro average is the mean
/// average precision of retrieval, which Python Helios calls mAP.
public final class AveragePrecision: PerClassMetric {
    public var state = MetricState()
    private let task: ClassificationTask
    private let average: ClassAverage
    private let countsAbsentClasses: Bool
    private let asPercent: Bool

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameters:
    ///   - task: the type of classification. The threshold is not used.
    ///   - average: how to average over classes.
    ///   - countsAbsentClasses: whether classes that are not among the targets count as 0. If false, they are NaN and
    ///     excluded from averages, as in Python Helios.
    ///   - asPercent: whether the result is from 0 to 100, as in Python Helios.
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

    /// Returns the average precision of each class; a single value for a binary task.
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
