/// The fraction of the targets' variance that predictions explain, 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: scikit-learn's
/// `r2_score`.
///
/// For several outputs, it is the mean over them. If all targets are equal, it is 1 if the predictions equal them, and
/// otherwise 0. For fewer than two samples, it is NaN.
public final class R2Score: TensorMetric {
    public var state = MetricState()

    /// Creates a metric that has not seen any samples.
    public init() {}

    /// Adds a batch.
    ///
    /// - Parameters:
    ///   - predictions: `[N]`, or `[N, outputs]`.
    ///   - targets: the same shape.
    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        try MetricInput.requireSameShape("R2Score", predictions, targets)
        guard (1...2).contains(targets.shape.count) else {
            throw MetricError(
                "R2Score: predictions and targets must have the shape [N] or [N, outputs], not \(targets.shape)")
        }
        guard targets.count > 0 else { return }
        let columns = [targets.shape[0], targets.shape.count == 2 ? targets.shape[1] : 1]
        let values = try MetricInput.numbers("R2Score", "targets", targets).reshape(columns)
        let predicted = try MetricInput.numbers("R2Score", "predictions", predictions).reshape(columns)
        let mean = try values.mean(dims: [0])
        var batch = MetricState()
        try batch.add("count", columns[0])
        try batch.add("residual", (values - predicted).square().sum(dim: 0))
        try batch.add("mean", mean)
        try batch.add("spread", (values - mean).square().sum(dim: 0))
        try merge(batch)
    }

    /// Two spreads around different means add up by the formula of Chan, Golub and LeVeque (1979): the sum of squares
    /// minus the square of the sum would lose the digits of a small variance around a large mean.
    public func merge(_ other: MetricState) throws {
        guard let otherMean = other.sum("mean"), let otherSpread = other.sum("spread") else { return }
        guard let mean = state.sum("mean"), let spread = state.sum("spread") else {
            state = other
            return
        }
        let (count, otherCount) = (try state.number("count"), try other.number("count"))
        var next = state
        // Shapes are compared here.
        try next.merge(other)
        let distance = try otherMean.to(mean.device) - mean
        let share = otherCount / (count + otherCount)
        next.set("mean", try mean + distance * share)
        next.set("spread", try spread + otherSpread.to(mean.device) + distance.square() * (count * share))
        state = next
    }

    public func compute() throws -> Double {
        guard try state.number("count") >= 2 else { return .nan }
        let scores = zip(try state.numbers("residual"), try state.numbers("spread")).map { residual, spread in
            spread == 0 ? (residual == 0 ? 1 : residual.isNaN ? .nan : 0) : 1 - residual / spread
        }
        return scores.reduce(0, +) / Double(scores.count)
    }
}
