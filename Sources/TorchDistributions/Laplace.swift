import Torch

/// The Laplace distribution: density exp(−|x − μ| / b) / 2b.
public struct Laplace: Distribution {
    /// The mean μ.
    public let loc: Tensor
    /// The scale b.
    public let scale: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its mean and scale.
    ///
    /// - Parameters:
    ///   - loc: the mean.
    ///   - scale: how fast the density falls.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(
        _ loc: some DistributionParameter, _ scale: some DistributionParameter, validateArguments: Bool = true
    ) throws {
        let values = try broadcast(loc, scale)
        self.init(loc: values[0], scale: values[1], validatesArguments: validateArguments)
        guard validateArguments else { return }
        try Constraint.real.require(self.loc, "loc", of: Self.name)
        try Constraint.positive.require(self.scale, "scale", of: Self.name)
    }

    private init(loc: Tensor, scale: Tensor, validatesArguments: Bool) {
        self.loc = loc
        self.scale = scale
        self.validatesArguments = validatesArguments
    }

    public var batchShape: [Int] { loc.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .real }
    public var mean: Tensor { loc }
    public var mode: Tensor { loc }
    public var stddev: Tensor {
        get throws { try scale * 2.0.squareRoot() }
    }
    public var variance: Tensor {
        get throws { try scale.pow(2) * 2 }
    }

    public func expand(_ batchShape: [Int]) throws -> Laplace {
        Laplace(
            loc: try loc.expand(batchShape), scale: try scale.expand(batchShape),
            validatesArguments: validatesArguments)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        let numbers = try Tensor.empty(extended(shape), dtype: loc.dtype, device: loc.device)
            .uniform_(from: loc.dtype.epsilon - 1, to: 1)
        return try loc - scale * numbers.sign() * (-numbers.abs()).log1p()
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try -(scale * 2).log() - (value - loc).abs() / scale
    }

    public func cdf(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let distance = try value - loc
        return try 0.5 - distance.sign() * (-distance.abs() / scale).expm1() * 0.5
    }

    public func icdf(_ probability: Tensor) throws -> Tensor {
        let term = try probability - 0.5
        return try loc - scale * term.sign() * (term.abs() * -2).log1p()
    }

    public func entropy() throws -> Tensor {
        try (scale * 2).log() + 1
    }
}
