/// The fraction of correct predictions: scikit-learn's `accuracy_score` and `balanced_accuracy_score`.
///
/// - Binary: the fraction of correct labels.
/// - Multiclass: the fraction of samples whose class is among the `topK` highest scores. The macro average is the mean
///   of this fraction over the classes that are among the targets.
/// - Multilabel: the fraction of correct labels; with `exactMatch`, the fraction of samples with all labels correct.
public final class Accuracy: TensorMetric {
    public var state = MetricState()
    private let task: ClassificationTask
    private let topK: Int
    private let average: ClassAverage
    private let exactMatch: Bool

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameters:
    ///   - task: the type of classification.
    ///   - topK: how many of the highest scores may be the correct one, for multiclass scores.
    ///   - average: how to average over classes. Micro and weighted are the same for accuracy.
    ///   - exactMatch: whether all labels of a sample must be correct, for multilabel tasks only.
    public init(
        _ task: ClassificationTask, topK: Int = 1, average: ClassAverage = .micro, exactMatch: Bool = false
    ) {
        (self.task, self.topK, self.average, self.exactMatch) = (task, topK, average, exactMatch)
    }

    public var sumShapes: [String: [Int]] { ["correct": countShape, "count": countShape] }

    private var countShape: [Int] { task.isBinary || exactMatch ? [] : [task.classCount] }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        try checkOptions()
        var next = state
        let (correct, targetLabels, nanCount) = try hits(predictions, targets)
        try next.add("nan", nanCount)
        switch task {
        case .binary:
            try next.add("correct", correct.sum())
            try next.add("count", correct.count)
        case .multiclass(let classes):
            let right = try targetLabels.maskedSelect(mask: correct)
            try next.add("correct", right.bincount(minlength: classes))
            try next.add("count", targetLabels.bincount(minlength: classes))
        case .multilabel:
            let rows = exactMatch ? try correct.all(dim: 1) : correct
            try next.add("correct", exactMatch ? rows.sum() : rows.sum(dim: 0))
            try next.add("count", exactMatch ? Tensor(rows.count) : Tensor.fullLike(rows.sum(dim: 0), rows.shape[0]))
        }
        state = next
    }

    public func compute() throws -> Double {
        guard try state.number("nan") == 0 else { return .nan }
        let (correct, counts) = (try state.numbers("correct"), try state.numbers("count"))
        if average == .macro, !task.isBinary, !exactMatch {
            let scores = zip(correct, counts).filter { $1 > 0 }.map { $0 / $1 }
            return scores.reduce(0, +) / Double(scores.count)
        }
        return correct.reduce(0, +) / counts.reduce(0, +)
    }

    /// Whether each prediction is right.
    private func hits(_ predictions: Tensor, _ targets: Tensor) throws
        -> (correct: Tensor, targets: Tensor, nanCount: Tensor)
    {
        guard topK > 1 else {
            let pairs = try task.pairs("Accuracy", predictions, targets)
            return (try pairs.predicted .== pairs.targets, pairs.targets, pairs.nanCount)
        }
        let (scores, targetLabels) = try task.scores("Accuracy", predictions, targets)
        let best = try scores.topk(k: topK, dim: 1).indices
        return (
            try (best .== targetLabels.unsqueeze(dim: 1)).any(dim: 1), targetLabels, try MetricInput.nanCount(scores)
        )
    }

    private func checkOptions() throws {
        try task.check("Accuracy")
        guard topK >= 1, topK <= task.classCount else {
            throw MetricError(
                "Accuracy: topK is \(topK), and must be from 1 to the number of classes, \(task.classCount)")
        }
        if topK > 1, task.isBinary || task.isMultilabel {
            throw MetricError("Accuracy: topK is for .multiclass only; leave it out")
        }
        if exactMatch, !task.isMultilabel {
            throw MetricError("Accuracy: exactMatch is for .multilabel only; leave it out")
        }
    }
}
