import Foundation
import Torch

/// Student's t-distribution: density ∝ (1 + y²/ν)^(−(ν + 1)/2) with y = (x − μ) / σ.
public struct StudentT: Distribution {
    /// The degrees of freedom ν.
    public let df: Tensor
    /// The place μ.
    public let loc: Tensor
    /// The scale σ.
    public let scale: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its degrees of freedom, its location and its scale.
    ///
    /// - Parameters:
    ///   - df: the degrees of freedom.
    ///   - loc: the mean, if there is one.
    ///   - scale: what a draw is multiplied by.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(
        _ df: some DistributionParameter, loc: some DistributionParameter = 0.0,
        scale: some DistributionParameter = 1.0, validateArguments: Bool = true
    ) throws {
        let values = try broadcast(df, loc, scale)
        self.init(df: values[0], loc: values[1], scale: values[2], validatesArguments: validateArguments)
        guard validateArguments else { return }
        try Constraint.positive.require(self.df, "df", of: Self.name)
        try Constraint.real.require(self.loc, "loc", of: Self.name)
        try Constraint.positive.require(self.scale, "scale", of: Self.name)
    }

    private init(df: Tensor, loc: Tensor, scale: Tensor, validatesArguments: Bool) {
        self.df = df
        self.loc = loc
        self.scale = scale
        self.validatesArguments = validatesArguments
    }

    public var batchShape: [Int] { df.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .real }
    /// NaN for at most one degree of freedom.
    public var mean: Tensor {
        get throws { try Tensor.where(df.le(1), Double.nan, loc) }
    }
    public var mode: Tensor { loc }
    /// Infinite for more than one and at most two degrees of freedom; NaN for fewer.
    public var variance: Tensor {
        get throws {
            let finite = try scale.pow(2) * df / (df - 2)
            let known = try Tensor.where(df.gt(2), finite, Double.infinity)
            return try Tensor.where(df.le(1), Double.nan, known)
        }
    }

    public func expand(_ batchShape: [Int]) throws -> StudentT {
        StudentT(
            df: try df.expand(batchShape), loc: try loc.expand(batchShape), scale: try scale.expand(batchShape),
            validatesArguments: validatesArguments)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        let normal = try standardNormal(extended(shape), like: df)
        // A chi-squared number is a gamma number of half the degrees of freedom.
        let chiSquared = try Gamma(df * 0.5, 0.5, validateArguments: false).rsample(shape)
        return try loc + scale * (normal * (chiSquared / df).rsqrt())
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let y = try (value - loc) / scale
        let gammas = try (df * 0.5).lgamma() - ((df + 1.0) * 0.5).lgamma()
        let normalizer = try scale.log() + df.log() * 0.5 + 0.5 * log(Double.pi) + gammas
        return try (df + 1.0) * -0.5 * (y.pow(2.0) / df).log1p() - normalizer
    }

    public func entropy() throws -> Tensor {
        let half = try (df + 1) * 0.5
        let logBeta = try (df * 0.5).lgamma() + lgamma(0.5) - half.lgamma()
        let rest = try half * (half.digamma() - (df * 0.5).digamma())
        return try scale.log() + rest + df.log() * 0.5 + logBeta
    }
}
