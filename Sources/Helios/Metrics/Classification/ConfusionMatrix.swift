/// How often each class was predicted as each class. Rows are targets and columns are predictions, as in scikit-learn.
public final class ConfusionMatrix: TensorMetric {
    /// What to divide each count by; 0 / 0 is 0.
    public enum Normalization: String, Sendable, CaseIterable {
        /// The number of targets of the class, so rows add up to 1.
        case targets
        /// The number of predictions of the class, so columns add up to 1.
        case predictions
        /// The total number.
        case all
    }

    public var state = MetricState()
    private let task: ClassificationTask
    private let normalization: Normalization?

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameters:
    ///   - task: the type of classification.
    ///   - normalization: what to divide the counts by; `nil` returns the counts.
    public init(_ task: ClassificationTask, normalization: Normalization? = nil) {
        (self.task, self.normalization) = (task, normalization)
    }

    public var sumShapes: [String: [Int]] { ["counts": ConfusionCounts.shape(task)] }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        try ConfusionCounts.update(&state, "ConfusionMatrix", task, predictions, targets)
    }

    /// Returns the matrix: `[C, C]`, or `[L, 2, 2]` for a multilabel task. Counts are `int64`; fractions and NaN are
    /// `float64`.
    public func compute() throws -> Tensor {
        let shape = ConfusionCounts.shape(task)
        let counts = try state.sum("counts") ?? Tensor.zeros(shape, dtype: .int64)
        guard try state.number("nan") == 0 else { return try Tensor.full(shape, Double.nan, dtype: .float64) }
        guard let normalization else { return counts }
        let total =
            switch normalization {
            case .targets: try counts.sum(dim: -1, keepDim: true)
            case .predictions: try counts.sum(dim: -2, keepDim: true)
            case .all: try counts.sum(dims: [-2, -1], keepDim: true)
            }
        return try (counts.to(.float64) / total.clamp(min: 1))
    }
}

/// The counts of a confusion matrix, which several metrics are made of.
enum ConfusionCounts {
    static func shape(_ task: ClassificationTask) -> [Int] {
        task.isMultilabel ? [task.classCount, 2, 2] : [task.classCount, task.classCount]
    }

    static func update(
        _ state: inout MetricState, _ metric: String, _ task: ClassificationTask, _ predictions: Tensor,
        _ targets: Tensor
    ) throws {
        try task.check(metric)
        let (predicted, targetLabels, nanCount) = try task.pairs(metric, predictions, targets)
        let count = task.classCount
        let cells: Tensor
        if task.isMultilabel {
            let labels = try Tensor.arange(count, dtype: .int64, device: predicted.device)
            cells = try (labels * 4 + targetLabels * 2 + predicted).flatten().bincount(minlength: 4 * count)
        } else {
            cells = try (targetLabels * count + predicted).bincount(minlength: count * count)
        }
        var next = state
        try next.add("counts", cells.reshape(shape(task)))
        try next.add("nan", nanCount)
        state = next
    }

    /// The rows of a matrix; `nil` if nothing was counted, or not all of it is known.
    static func matrix(_ state: MetricState, _ task: ClassificationTask) throws -> [[Double]]? {
        let numbers = try state.numbers("counts")
        guard numbers.contains(where: { $0 > 0 }), try state.number("nan") == 0 else { return nil }
        let count = task.classCount
        return (0..<count).map { Array(numbers[($0 * count)..<(($0 + 1) * count)]) }
    }
}
