import Torch

/// The exponential distribution: density λ exp(−λx) for x ≥ 0.
public struct Exponential: Distribution {
    /// The rate λ, 1 by the mean.
    public let rate: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its rate.
    ///
    /// - Parameters:
    ///   - rate: 1 by the mean.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a rate is not positive.
    public init(_ rate: some DistributionParameter, validateArguments: Bool = true) throws {
        self.init(rate: try broadcast(rate)[0], validatesArguments: validateArguments)
        if validateArguments { try Constraint.positive.require(self.rate, "rate", of: Self.name) }
    }

    private init(rate: Tensor, validatesArguments: Bool) {
        self.rate = rate
        self.validatesArguments = validatesArguments
    }

    public var batchShape: [Int] { rate.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .nonnegative }
    public var mean: Tensor {
        get throws { try rate.reciprocal() }
    }
    public var mode: Tensor {
        get throws { try Tensor.zerosLike(rate) }
    }
    public var stddev: Tensor {
        get throws { try rate.reciprocal() }
    }
    public var variance: Tensor {
        get throws { try rate.pow(-2) }
    }

    public func expand(_ batchShape: [Int]) throws -> Exponential {
        Exponential(rate: try rate.expand(batchShape), validatesArguments: validatesArguments)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        try Tensor.empty(extended(shape), dtype: rate.dtype, device: rate.device).exponential_() / rate
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try rate.log() - rate * value
    }

    public func cdf(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try 1 - (-rate * value).exp()
    }

    public func icdf(_ probability: Tensor) throws -> Tensor {
        try -(-probability).log1p() / rate
    }

    public func entropy() throws -> Tensor {
        try 1 - rate.log()
    }
}
