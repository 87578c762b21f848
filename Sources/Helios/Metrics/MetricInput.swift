/// Checks of what a metric gets, with errors that name shapes and types.
enum MetricInput {
    static func requireSameShape(_ metric: String, _ predictions: Tensor, _ targets: Tensor) throws {
        guard predictions.shape == targets.shape else {
            throw MetricError(
                "\(metric): predictions \(predictions.shape) and targets \(targets.shape) must have the same shape; "
                    + "reshape one of them")
        }
    }

    /// Real numbers as `float64`, without a recorded gradient.
    static func numbers(_ metric: String, _ what: String, _ values: Tensor) throws -> Tensor {
        guard !values.dtype.isComplex else {
            throw MetricError("\(metric): \(what) must be real numbers, not \(values.dtype); give the real part")
        }
        return try values.detach().to(.float64)
    }

    /// Labels as `int64`, from 0 to `count - 1`.
    static func labels(_ metric: String, _ what: String, _ values: Tensor, count: Int) throws -> Tensor {
        guard !values.dtype.isFloatingPoint, !values.dtype.isComplex else {
            throw MetricError(
                "\(metric): \(what) \(values.shape) must be labels of an integer type, not \(values.dtype); "
                    + "convert them with .to(.int64)")
        }
        let labels = try values.detach().to(.int64)
        guard labels.count > 0 else { return labels }
        let bounds = try Tensor.stack([labels.min(), labels.max()]).array(Int.self)
        guard bounds[0] >= 0, bounds[1] < count else {
            throw MetricError(
                "\(metric): \(what) must be labels from 0 to \(count - 1), and go from \(bounds[0]) to \(bounds[1])")
        }
        return labels
    }

    /// How many elements are NaN.
    static func nanCount(_ values: Tensor) throws -> Tensor {
        try values.isnan().sum()
    }
}
