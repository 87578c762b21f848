/// The common base class of `Precision`, `Recall`, and `FBetaScore`: a quotient of counts for each class, which is 0
/// for 0 / 0.
///
/// In a binary task, it is the score of class 1. The macro average excludes classes that are neither predicted nor
/// among the targets, as in scikit-learn; in a multilabel task, all labels count.
public class ClassCountMetric: PerClassMetric {
    public final var state = MetricState()
    final let task: ClassificationTask
    final let average: ClassAverage
    final let countsAbsentClasses: Bool

    init(_ task: ClassificationTask, average: ClassAverage, countsAbsentClasses: Bool) {
        (self.task, self.average, self.countsAbsentClasses) = (task, average, countsAbsentClasses)
    }

    public final var sumShapes: [String: [Int]] { ["counts": [3, task.classCount]] }

    public final func update(_ predictions: Tensor, _ targets: Tensor) throws {
        let name = "\(Self.self)"
        try task.check(name)
        let (predicted, targetLabels, nanCount) = try task.pairs(name, predictions, targets)
        var next = state
        try next.add("counts", ClassCounts.table(task, predicted, targetLabels))
        try next.add("nan", nanCount)
        try next.add("samples", targets.count)
        state = next
    }

    /// Returns the average score over all classes.
    public func compute() throws -> Double {
        guard let counts = try counts() else { return .nan }
        return counts.average(average, quotient)
    }

    /// Returns the score of each class; a single score for a binary task.
    public final func computePerClass() throws -> [Double] {
        guard let counts = try counts() else {
            return Array(repeating: .nan, count: task.isBinary ? 1 : task.classCount)
        }
        return counts.scores(quotient)
    }

    /// What is divided by what.
    func quotient(_ truePositives: Double, _ predicted: Double, _ support: Double) -> (Double, Double) {
        (truePositives, support)
    }

    /// `nil` if there are none, or not all are known.
    final func counts() throws -> ClassCounts? {
        let numbers = try state.numbers("counts")
        guard try state.number("nan") == 0, try state.number("samples") > 0 else { return nil }
        return ClassCounts(numbers, task: task, countsAbsent: countsAbsentClasses)
    }
}

/// The fraction of the samples predicted as a class that belong to it: scikit-learn's `precision_score`.
public final class Precision: ClassCountMetric {
    /// - Parameters:
    ///   - task: the type of classification.
    ///   - average: how to average over classes; `computePerClass` returns the score of each class.
    ///   - countsAbsentClasses: whether classes that do not occur count as 0 in the macro average, as in Python Helios.
    public override init(
        _ task: ClassificationTask, average: ClassAverage = .macro, countsAbsentClasses: Bool = false
    ) {
        super.init(task, average: average, countsAbsentClasses: countsAbsentClasses)
    }

    override func quotient(_ truePositives: Double, _ predicted: Double, _ support: Double) -> (Double, Double) {
        (truePositives, predicted)
    }
}

/// The fraction of the samples of a class that were predicted as it: scikit-learn's `recall_score`.
public final class Recall: ClassCountMetric {
    /// - Parameters: as for `Precision`.
    public override init(
        _ task: ClassificationTask, average: ClassAverage = .macro, countsAbsentClasses: Bool = false
    ) {
        super.init(task, average: average, countsAbsentClasses: countsAbsentClasses)
    }
}

/// The weighted harmonic mean of precision and recall: scikit-learn's `fbeta_score`, and `f1_score` for a beta of 1.
///
/// F = (1 + β²) · TP / ((1 + β²) · TP + β² · FN + FP).
public final class FBetaScore: ClassCountMetric {
    private let beta: Double
    private let combinesAverages: Bool

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameters:
    ///   - task: the type of classification.
    ///   - beta: how much more recall counts than precision.
    ///   - average: how to average over classes; `computePerClass` returns the score of each class.
    ///   - countsAbsentClasses: whether classes that do not occur count as 0 in the macro average, as in Python Helios.
    ///   - combinesAverages: whether to compute the harmonic mean of the averaged precision and the averaged recall, as
    ///     in Python Helios, instead of the average of each class's harmonic mean.
    public init(
        _ task: ClassificationTask, beta: Double = 1, average: ClassAverage = .macro, countsAbsentClasses: Bool = false,
        combinesAverages: Bool = false
    ) {
        (self.beta, self.combinesAverages) = (beta, combinesAverages)
        super.init(task, average: average, countsAbsentClasses: countsAbsentClasses)
    }

    override public func compute() throws -> Double {
        guard beta >= 0, beta.isFinite else { throw MetricError("FBetaScore: beta is \(beta), and must be 0 or more") }
        guard combinesAverages else { return try super.compute() }
        guard let counts = try counts() else { return .nan }
        let precision = counts.average(average) { truePositives, predicted, _ in (truePositives, predicted) }
        let recall = counts.average(average) { truePositives, _, support in (truePositives, support) }
        let bottom = beta * beta * precision + recall
        return bottom == 0 ? 0 : (1 + beta * beta) * precision * recall / bottom
    }

    override func quotient(_ truePositives: Double, _ predicted: Double, _ support: Double) -> (Double, Double) {
        // FN = support - TP, and FP = predicted - TP.
        ((1 + beta * beta) * truePositives, beta * beta * support + predicted)
    }
}
