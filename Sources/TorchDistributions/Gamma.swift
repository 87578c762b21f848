import Torch

/// The gamma distribution: density βᵅ xᵅ⁻¹ exp(−βx) / Γ(α) for x > 0.
public struct Gamma: Distribution {
    /// The shape α.
    public let concentration: Tensor
    /// The rate β, 1 by the scale.
    public let rate: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its shape and rate.
    ///
    /// - Parameters:
    ///   - concentration: the shape.
    ///   - rate: 1 by the scale.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is not positive, or the shapes do not fit.
    public init(
        _ concentration: some DistributionParameter, _ rate: some DistributionParameter, validateArguments: Bool = true
    ) throws {
        let values = try broadcast(concentration, rate)
        self.init(concentration: values[0], rate: values[1], validatesArguments: validateArguments)
        guard validateArguments else { return }
        try Constraint.positive.require(self.concentration, "concentration", of: Self.name)
        try Constraint.positive.require(self.rate, "rate", of: Self.name)
    }

    private init(concentration: Tensor, rate: Tensor, validatesArguments: Bool) {
        self.concentration = concentration
        self.rate = rate
        self.validatesArguments = validatesArguments
    }

    public var batchShape: [Int] { concentration.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .nonnegative }
    public var mean: Tensor {
        get throws { try concentration / rate }
    }
    public var mode: Tensor {
        get throws { try ((concentration - 1) / rate).clampMin(min: 0) }
    }
    public var variance: Tensor {
        get throws { try concentration / rate.pow(2) }
    }

    public func expand(_ batchShape: [Int]) throws -> Gamma {
        Gamma(
            concentration: try concentration.expand(batchShape), rate: try rate.expand(batchShape),
            validatesArguments: validatesArguments)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        let shape = extended(shape)
        let value = try Tensor.standardGamma(concentration.expand(shape)) / rate.expand(shape)
        // A small concentration draws numbers that round to 0, whose density would be infinite.
        _ = try value.detach().clampMin_(min: value.dtype.leastNormal)
        return value
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let power = try concentration.xlogy(rate) + (concentration - 1).xlogy(value)
        return try power - rate * value - concentration.lgamma()
    }

    public func cdf(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try Special.gammainc(concentration, rate * value)
    }

    public func entropy() throws -> Tensor {
        let rest = try (1 - concentration) * concentration.digamma()
        return try concentration - rate.log() + concentration.lgamma() + rest
    }
}
