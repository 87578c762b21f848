/// The base class of metrics that are a mean over the elements' errors.
public class ErrorMetric: TensorMetric {
    public final var state = MetricState()

    init() {}

    public final func update(_ predictions: Tensor, _ targets: Tensor) throws {
        let name = "\(Self.self)"
        try MetricInput.requireSameShape(name, predictions, targets)
        let difference =
            try MetricInput.numbers(name, "predictions", predictions)
            - MetricInput.numbers(name, "targets", targets)
        var next = state
        try next.add("error", error(difference).sum())
        try next.add("count", difference.count)
        state = next
    }

    /// Returns the mean of all elements' errors.
    public func compute() throws -> Double {
        try state.number("error") / state.number("count")
    }

    /// The error of each element.
    func error(_ difference: Tensor) throws -> Tensor { difference }
}

/// The mean absolute error over all elements: scikit-learn's `mean_absolute_error`.
public final class MeanAbsoluteError: ErrorMetric {
    private let scale: Double
    private let offset: Double

    /// Creates a metric that has not seen any elements.
    ///
    /// - Parameters:
    ///   - scale: the divisor of the error. For example, 255 converts the error of pixels up to 255 to that of pixels
    ///     up to 1.
    ///   - offset: a number that is added to the divisor, n · scale. Python Helios adds 1e-4.
    public init(scale: Double = 1, offset: Double = 0) {
        (self.scale, self.offset) = (scale, offset)
    }

    override public func compute() throws -> Double {
        guard scale > 0, offset >= 0 else {
            throw MetricError(
                "MeanAbsoluteError: the scale \(scale) must be greater than 0, and the offset \(offset) 0 or more")
        }
        let count = try state.number("count")
        return count == 0 ? .nan : try state.number("error") / (count * scale + offset)
    }

    override func error(_ difference: Tensor) throws -> Tensor { try difference.abs() }
}

/// The mean squared error over all elements: scikit-learn's `mean_squared_error`.
public final class MeanSquaredError: ErrorMetric {
    public override init() {}

    override func error(_ difference: Tensor) throws -> Tensor { try difference.square() }
}

/// The root of the mean squared error over all elements: scikit-learn's `root_mean_squared_error` of one output.
public final class RootMeanSquaredError: ErrorMetric {
    public override init() {}

    override public func compute() throws -> Double {
        try super.compute().squareRoot()
    }

    override func error(_ difference: Tensor) throws -> Tensor { try difference.square() }
}
