import Torch

/// The Poisson distribution of counts: probability λᵏ exp(−λ) / k!.
public struct Poisson: Distribution {
    /// The rate λ.
    public let rate: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its mean.
    ///
    /// - Parameters:
    ///   - rate: the mean.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a rate is negative.
    public init(_ rate: some DistributionParameter, validateArguments: Bool = true) throws {
        self.init(rate: try broadcast(rate)[0], validatesArguments: validateArguments)
        if validateArguments { try Constraint.nonnegative.require(self.rate, "rate", of: Self.name) }
    }

    private init(rate: Tensor, validatesArguments: Bool) {
        self.rate = rate
        self.validatesArguments = validatesArguments
    }

    public var batchShape: [Int] { rate.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .nonnegativeInteger }
    public var mean: Tensor { rate }
    public var mode: Tensor {
        get throws { try rate.floor() }
    }
    public var variance: Tensor { rate }

    public func expand(_ batchShape: [Int]) throws -> Poisson {
        Poisson(rate: try rate.expand(batchShape), validatesArguments: validatesArguments)
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        try noGrad { try Tensor.poisson(rate.expand(extended(shape))) }
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try value.xlogy(rate) - rate - (value + 1).lgamma()
    }
}
