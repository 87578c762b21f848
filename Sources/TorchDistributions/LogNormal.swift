import Torch

/// The distribution of eˣ for a normally distributed x.
public struct LogNormal: Distribution {
    /// The distribution of the logarithm.
    public let base: Normal

    /// Creates a distribution from the mean and the standard deviation of the logarithm.
    ///
    /// - Parameters:
    ///   - loc: the mean of the logarithm.
    ///   - scale: the standard deviation of the logarithm.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(
        _ loc: some DistributionParameter, _ scale: some DistributionParameter, validateArguments: Bool = true
    ) throws {
        base = try Normal(loc, scale, validateArguments: validateArguments)
    }

    private init(base: Normal) {
        self.base = base
    }

    /// The mean of the logarithm.
    public var loc: Tensor { base.loc }
    /// The standard deviation of the logarithm.
    public var scale: Tensor { base.scale }
    public var validatesArguments: Bool { base.validatesArguments }
    public var batchShape: [Int] { base.batchShape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .positive }
    /// exp(μ + σ²/2).
    public var mean: Tensor {
        get throws { try (loc + scale.pow(2) / 2).exp() }
    }
    /// exp(μ − σ²).
    public var mode: Tensor {
        get throws { try (loc - scale.square()).exp() }
    }
    /// (exp(σ²) − 1) exp(2μ + σ²).
    public var variance: Tensor {
        get throws {
            let square = try scale.pow(2)
            return try square.expm1() * (loc * 2 + square).exp()
        }
    }

    public func expand(_ batchShape: [Int]) throws -> LogNormal {
        LogNormal(base: try base.expand(batchShape))
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        try noGrad { try base.sample(shape).exp() }
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        try base.rsample(shape).exp()
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let logarithm = try value.log()
        return try base.logProb(logarithm) - logarithm
    }

    public func cdf(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try base.cdf(value.log())
    }

    public func icdf(_ probability: Tensor) throws -> Tensor {
        try base.icdf(probability).exp()
    }

    public func entropy() throws -> Tensor {
        try base.entropy() + loc
    }
}
