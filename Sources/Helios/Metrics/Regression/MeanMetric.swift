/// The weighted mean of values: Σ w·x / Σ w.
public final class MeanMetric: Metric {
    public var state = MetricState()

    /// Creates a mean of no values.
    public init() {}

    /// Adds values of any shape, each with the same weight.
    public func update(_ values: Tensor, weight: Double = 1) throws {
        let values = try MetricInput.numbers("MeanMetric", "values", values)
        guard weight >= 0, weight.isFinite else {
            throw MetricError("MeanMetric: the weight is \(weight), and must be 0 or more")
        }
        var next = state
        try next.add("sum", values.sum() * weight)
        try next.add("weight", weight * Double(values.count))
        state = next
    }

    /// Adds values with a weight for each, of the same shape.
    public func update(_ values: Tensor, weights: Tensor) throws {
        guard values.shape == weights.shape else {
            throw MetricError(
                "MeanMetric: values \(values.shape) and weights \(weights.shape) must have the same shape; "
                    + "expand the weights")
        }
        let values = try MetricInput.numbers("MeanMetric", "values", values)
        let weights = try MetricInput.numbers("MeanMetric", "weights", weights)
        if try (weights .< 0).any().item(Bool.self) { throw MetricError("MeanMetric: weights must be 0 or more") }
        var next = state
        try next.add("sum", (values * weights).sum())
        try next.add("weight", weights.sum())
        state = next
    }

    /// Adds a single value.
    public func update(_ value: Double, weight: Double = 1) throws {
        try update(Tensor(value), weight: weight)
    }

    public func compute() throws -> Double {
        try state.number("sum") / state.number("weight")
    }
}
