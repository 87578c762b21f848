/// The agreement of predictions and targets beyond chance: scikit-learn's `cohen_kappa_score`.
///
/// κ = 1 − Σ w·O / Σ w·E, where O is the confusion matrix, and E is the matrix if predictions and targets were
/// independent. It is NaN if only one class occurs, because chance alone then explains everything.
public final class CohenKappa: TensorMetric {
    /// The weight of a disagreement.
    public enum Weights: String, Sendable, CaseIterable {
        /// All disagreements have the same weight.
        case none
        /// The distance between the classes.
        case linear
        /// The square of the distance between the classes.
        case quadratic
    }

    public var state = MetricState()
    private let task: ClassificationTask
    private let weights: Weights

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameters:
    ///   - task: the type of classification; not multilabel.
    ///   - weights: the weight of a disagreement.
    public init(_ task: ClassificationTask, weights: Weights = .none) {
        (self.task, self.weights) = (task, weights)
    }

    public var sumShapes: [String: [Int]] { ["counts": ConfusionCounts.shape(task)] }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        guard !task.isMultilabel else {
            throw MetricError("CohenKappa: a multilabel task has no kappa; use .binary for each label")
        }
        try ConfusionCounts.update(&state, "CohenKappa", task, predictions, targets)
    }

    public func compute() throws -> Double {
        guard let matrix = try ConfusionCounts.matrix(state, task) else { return .nan }
        let total = matrix.joined().reduce(0, +)
        let rows = matrix.map { $0.reduce(0, +) }
        let columns = matrix.indices.map { column in matrix.reduce(0) { $0 + $1[column] } }
        var (observed, expected) = (0.0, 0.0)
        for row in rows.indices {
            for column in columns.indices {
                let weight = weight(abs(row - column))
                observed += weight * matrix[row][column]
                expected += weight * rows[row] * columns[column] / total
            }
        }
        return expected == 0 ? .nan : 1 - observed / expected
    }

    private func weight(_ distance: Int) -> Double {
        switch weights {
        case .none: distance == 0 ? 0 : 1
        case .linear: Double(distance)
        case .quadratic: Double(distance * distance)
        }
    }
}

/// The correlation of predictions and targets, from −1 to 1: scikit-learn's `matthews_corrcoef`.
///
/// It is 0 if all predictions, or all targets, belong to one class.
public final class MatthewsCorrelation: TensorMetric {
    public var state = MetricState()
    private let task: ClassificationTask

    /// Creates a metric that has not seen any samples.
    ///
    /// - Parameter task: the type of classification; not multilabel.
    public init(_ task: ClassificationTask) {
        self.task = task
    }

    public var sumShapes: [String: [Int]] { ["counts": ConfusionCounts.shape(task)] }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        guard !task.isMultilabel else {
            throw MetricError("MatthewsCorrelation: a multilabel task has none; use .binary for each label")
        }
        try ConfusionCounts.update(&state, "MatthewsCorrelation", task, predictions, targets)
    }

    public func compute() throws -> Double {
        guard let matrix = try ConfusionCounts.matrix(state, task) else { return .nan }
        // As shares, so that the products of four counts do not lose digits.
        let total = matrix.joined().reduce(0, +)
        let rows = matrix.map { $0.reduce(0, +) / total }
        let columns = matrix.indices.map { column in matrix.reduce(0) { $0 + $1[column] } / total }
        let right = matrix.indices.reduce(0) { $0 + matrix[$1][$1] } / total
        // Exact counts decide, since 1 − Σ p² may not be 0 for a single class.
        guard rows.filter({ $0 > 0 }).count > 1, columns.filter({ $0 > 0 }).count > 1 else { return 0 }
        let covariance = right - zip(rows, columns).map(*).reduce(0, +)
        let spread = { (shares: [Double]) in 1 - shares.map { $0 * $0 }.reduce(0, +) }
        return covariance / (spread(rows) * spread(columns)).squareRoot()
    }
}
