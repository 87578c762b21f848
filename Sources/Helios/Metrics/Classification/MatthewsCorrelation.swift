/// The correlation of predictions and targets, from −1 to 1: scikit-learn's `matthews_corrcoef`.
///
/// 0 if all predictions, or all targets, are of one class.
public final class MatthewsCorrelation: TensorMetric {
    public var state = MetricState()
    private let task: ClassificationTask

    /// - Parameter task: what the classes are; not multilabel.
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
