import Foundation
import Torch

/// The normal (Gaussian) distribution: density exp(−(x − μ)² / 2σ²) / (σ√2π).
public struct Normal: Distribution {
    /// The mean μ.
    public let loc: Tensor
    /// The standard deviation σ.
    public let scale: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its mean and standard deviation.
    ///
    /// - Parameters:
    ///   - loc: the mean.
    ///   - scale: the standard deviation.
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
    public var stddev: Tensor { scale }
    public var variance: Tensor {
        get throws { try scale.pow(2) }
    }

    public func expand(_ batchShape: [Int]) throws -> Normal {
        Normal(
            loc: try loc.expand(batchShape), scale: try scale.expand(batchShape),
            validatesArguments: validatesArguments)
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        let shape = extended(shape)
        return try noGrad { try Tensor.normal(loc.expand(shape), scale.expand(shape)) }
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        try loc + standardNormal(extended(shape), like: loc) * scale
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let distance = try -((value - loc).pow(2)) / (scale.pow(2) * 2)
        return try distance - scale.log() - log((2 * Double.pi).squareRoot())
    }

    public func cdf(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let distance = try (value - loc) * scale.reciprocal() / 2.0.squareRoot()
        return try (distance.erf() + 1) * 0.5
    }

    public func icdf(_ probability: Tensor) throws -> Tensor {
        try loc + scale * (probability * 2 - 1).erfinv() * 2.0.squareRoot()
    }

    public func entropy() throws -> Tensor {
        try scale.log() + (0.5 + 0.5 * log(2 * Double.pi))
    }
}
