/// The type of a classification, and how predictions become labels.
public enum ClassificationTask: Sendable, Hashable {
    /// One class or not. Predictions are either scores of any shape, which mean the class if they are above the
    /// threshold, or labels 0 and 1. Targets are 0 and 1, with the same shape. For logits, use a threshold of 0.
    case binary(threshold: Double = 0.5)
    /// One of several classes. Predictions are either scores `[N, C, …]`, of which the highest determines the class, or
    /// labels `[N, …]`. Targets are labels `[N, …]`.
    case multiclass(classes: Int)
    /// Each of several labels or not. Predictions are either scores `[N, L, …]`, which mean the label if they are above
    /// the threshold, or 0 and 1. Targets are 0 and 1, with the same shape.
    case multilabel(labels: Int, threshold: Double = 0.5)

    /// The number of classes; 2 for a binary task.
    public var classCount: Int {
        switch self {
        case .binary: 2
        case .multiclass(let count), .multilabel(let count, _): count
        }
    }

    var isMultilabel: Bool {
        if case .multilabel = self { true } else { false }
    }

    var isBinary: Bool {
        if case .binary = self { true } else { false }
    }

    /// Predicted and true labels: `[M]`, or `[M, L]` of 0 and 1 if multilabel; and how many scores are NaN.
    func pairs(_ metric: String, _ predictions: Tensor, _ targets: Tensor) throws
        -> (predicted: Tensor, targets: Tensor, nanCount: Tensor)
    {
        let isScores = predictions.dtype.isFloatingPoint
        let nanCount = isScores ? try MetricInput.nanCount(predictions) : try Tensor(0).to(predictions.device)
        switch self {
        case .binary(let threshold):
            try MetricInput.requireSameShape(metric, predictions, targets)
            let predicted = try decided(metric, predictions, above: threshold)
            return (
                try predicted.flatten(),
                try MetricInput.labels(metric, "targets", targets, count: 2).flatten(), nanCount
            )
        case .multiclass(let classes):
            let targetLabels = try MetricInput.labels(metric, "targets", targets, count: classes).flatten()
            guard isScores else {
                try MetricInput.requireSameShape(metric, predictions, targets)
                let labels = try MetricInput.labels(metric, "predictions", predictions, count: classes)
                return (try labels.flatten(), targetLabels, nanCount)
            }
            try requireScores(metric, predictions, targets)
            return (try predictions.detach().argmax(dim: 1).flatten(), targetLabels, nanCount)
        case .multilabel(let labels, let threshold):
            try MetricInput.requireSameShape(metric, predictions, targets)
            try requireLabelDimension(metric, predictions)
            let predicted = try decided(metric, predictions, above: threshold)
            let known = try MetricInput.labels(metric, "targets", targets, count: 2)
            return (
                try Self.lastDimension(predicted, count: labels), try Self.lastDimension(known, count: labels), nanCount
            )
        }
    }

    /// Scores and 0 or 1 for each class: `[M]` if binary, else `[M, C]`.
    func scores(_ metric: String, _ predictions: Tensor, _ targets: Tensor) throws -> (scores: Tensor, targets: Tensor)
    {
        guard predictions.dtype.isFloatingPoint else {
            throw MetricError(
                "\(metric): predictions \(predictions.shape) must be scores of a floating-point type, not "
                    + "\(predictions.dtype); give probabilities instead of labels")
        }
        let values = try MetricInput.numbers(metric, "predictions", predictions)
        switch self {
        case .binary:
            try MetricInput.requireSameShape(metric, predictions, targets)
            return (
                try values.flatten(), try MetricInput.labels(metric, "targets", targets, count: 2).flatten()
            )
        case .multiclass(let classes):
            try requireScores(metric, predictions, targets)
            let labels = try MetricInput.labels(metric, "targets", targets, count: classes).flatten()
            return (try Self.lastDimension(values, count: classes), labels)
        case .multilabel(let count, _):
            try MetricInput.requireSameShape(metric, predictions, targets)
            try requireLabelDimension(metric, predictions)
            let labels = try MetricInput.labels(metric, "targets", targets, count: 2)
            return (try Self.lastDimension(values, count: count), try Self.lastDimension(labels, count: count))
        }
    }

    /// - Throws: `MetricError` if the options make no sense.
    func check(_ metric: String) throws {
        let (least, word) = isMultilabel ? (1, "label") : (2, "classes")
        guard classCount >= least else {
            throw MetricError("\(metric): \(classCount) classes are given, and at least \(least) \(word) needed")
        }
    }

    private func decided(_ metric: String, _ predictions: Tensor, above threshold: Double) throws -> Tensor {
        guard predictions.dtype.isFloatingPoint else {
            return try MetricInput.labels(metric, "predictions", predictions, count: 2)
        }
        return try (predictions.detach() .> threshold).to(.int64)
    }

    private func requireScores(_ metric: String, _ predictions: Tensor, _ targets: Tensor) throws {
        let shape = predictions.shape
        guard shape.count >= 2, shape[1] == classCount, [shape[0]] + shape.dropFirst(2) == targets.shape else {
            throw MetricError(
                "\(metric): predictions \(shape) and targets \(targets.shape) do not fit: for \(classCount) classes, "
                    + "predictions must be scores [N, \(classCount), …] and targets labels [N, …]")
        }
    }

    private func requireLabelDimension(_ metric: String, _ predictions: Tensor) throws {
        guard predictions.shape.count >= 2, predictions.shape[1] == classCount else {
            throw MetricError(
                "\(metric): predictions \(predictions.shape) must have the shape [N, \(classCount), …], with one entry for "
                    + "each of \(classCount) labels")
        }
    }

    /// `[N, C, …]` as `[M, C]`.
    private static func lastDimension(_ values: Tensor, count: Int) throws -> Tensor {
        // An empty tensor does not say how many rows a reshape has to make.
        let rows = values.count / count
        return try values.movedim(source: [1], destination: [-1]).reshape([rows, count])
    }
}

/// How to average the scores of several classes.
public enum ClassAverage: String, Sendable, CaseIterable {
    /// Adds the counts over the classes, so every sample has the same weight.
    case micro
    /// Computes the mean over the classes, so every class has the same weight.
    case macro
    /// Computes the mean over the classes, weighted by how often each is a target.
    case weighted
}
