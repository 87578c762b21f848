import Torch

/// The uniform distribution on [low, high): density 1 / (high − low).
public struct Uniform: Distribution {
    /// The lower bound, which can be drawn.
    public let low: Tensor
    /// The upper bound, which cannot.
    public let high: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its bounds, `low` inclusive and `high` exclusive.
    ///
    /// - Parameter validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a lower bound is not below its upper one, or the shapes do not fit.
    public init(
        _ low: some DistributionParameter, _ high: some DistributionParameter, validateArguments: Bool = true
    ) throws {
        let values = try broadcast(low, high)
        self.init(low: values[0], high: values[1], validatesArguments: validateArguments)
        guard validateArguments else { return }
        try Constraint.lessThan(self.high).require(self.low, "low", of: Self.name)
        try Constraint.greaterThan(self.low).require(self.high, "high", of: Self.name)
    }

    private init(low: Tensor, high: Tensor, validatesArguments: Bool) {
        self.low = low
        self.high = high
        self.validatesArguments = validatesArguments
    }

    public var batchShape: [Int] { low.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .interval(low, high) }
    public var mean: Tensor {
        get throws { try (high + low) / 2 }
    }
    /// NaN: no value is more likely than another.
    public var mode: Tensor {
        get throws { try high * Double.nan }
    }
    public var stddev: Tensor {
        get throws { try (high - low) / 12.0.squareRoot() }
    }
    public var variance: Tensor {
        get throws { try (high - low).pow(2) / 12 }
    }

    public func expand(_ batchShape: [Int]) throws -> Uniform {
        Uniform(
            low: try low.expand(batchShape), high: try high.expand(batchShape), validatesArguments: validatesArguments)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        let numbers = try Tensor.rand(extended(shape), dtype: low.dtype, device: low.device)
        return try low + numbers * (high - low)
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        // 0 inside, and -∞ outside: at the upper bound too.
        let isInside = try low.le(value).typeAs(low).mul(high.gt(value).typeAs(low))
        return try isInside.log() - (high - low).log()
    }

    public func cdf(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try ((value - low) / (high - low)).clamp(min: 0, max: 1)
    }

    public func icdf(_ probability: Tensor) throws -> Tensor {
        try probability * (high - low) + low
    }

    public func entropy() throws -> Tensor {
        try (high - low).log()
    }
}
