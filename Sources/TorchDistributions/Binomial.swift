import Torch

/// The distribution of the number of successes in n trials: probability (n over k) pᵏ (1 − p)ⁿ⁻ᵏ.
public struct Binomial: Distribution {
    /// The number of trials n.
    public let totalCount: Tensor
    private let parameter: Probabilities
    public let validatesArguments: Bool

    /// Creates a distribution from probabilities.
    ///
    /// - Parameters:
    ///   - totalCount: the number of trials.
    ///   - probs: the probability of a success.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(
        totalCount: some DistributionParameter = 1, probs: some DistributionParameter, validateArguments: Bool = true
    ) throws {
        let values = try broadcast(totalCount, probs)
        try self.init(values[0], .probs(values[1]), validatesArguments: validateArguments)
    }

    /// Creates a distribution from log-odds.
    ///
    /// - Parameters:
    ///   - totalCount: the number of trials.
    ///   - logits: the log-odds of a success.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(
        totalCount: some DistributionParameter = 1, logits: some DistributionParameter, validateArguments: Bool = true
    ) throws {
        let values = try broadcast(totalCount, logits)
        try self.init(values[0], .logits(values[1]), validatesArguments: validateArguments)
    }

    private init(_ totalCount: Tensor, _ parameter: Probabilities, validatesArguments: Bool) throws {
        self.totalCount = try totalCount.typeAs(parameter.tensor)
        self.parameter = parameter
        self.validatesArguments = validatesArguments
        guard validatesArguments else { return }
        try Constraint.nonnegativeInteger.require(self.totalCount, "totalCount", of: Self.name)
        try parameter.require(.unitInterval, .real, of: Self.name)
    }

    private init(expanded totalCount: Tensor, _ parameter: Probabilities, validatesArguments: Bool) {
        self.totalCount = totalCount
        self.parameter = parameter
        self.validatesArguments = validatesArguments
    }

    /// The probability of a success.
    public var probs: Tensor {
        get throws { try parameter.ofOne }
    }
    /// The log-odds of a success.
    public var logits: Tensor {
        get throws { try parameter.logOdds }
    }
    public var batchShape: [Int] { parameter.tensor.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .integers(through: totalCount) }
    public var mean: Tensor {
        get throws { try totalCount * probs }
    }
    public var mode: Tensor {
        get throws { try ((totalCount + 1) * probs).floor().minimum(totalCount) }
    }
    public var variance: Tensor {
        get throws {
            let probs = try probs
            return try totalCount * probs * (1 - probs)
        }
    }

    public func expand(_ batchShape: [Int]) throws -> Binomial {
        Binomial(
            expanded: try totalCount.expand(batchShape), try parameter.map { try $0.expand(batchShape) },
            validatesArguments: validatesArguments)
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        let shape = extended(shape)
        return try noGrad { try Tensor.binomial(totalCount.expand(shape), prob: probs.expand(shape)) }
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let logits = try logits
        let orders = try (value + 1).lgamma() + (totalCount - value + 1).lgamma() - (totalCount + 1).lgamma()
        // log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|); this maximum has the gradient ½ at 0.
        let positive = try (logits.clampMin(min: 0) + logits - logits.clampMax(max: 0)) / 2
        let normalizer = try totalCount * (positive + (-logits.abs()).exp().log1p())
        return try value * logits - normalizer - orders
    }

    public func entropy() throws -> Tensor {
        let logProbs = try logProb(enumerateSupport(expand: false))
        return try -(logProbs.exp() * logProbs).sum(dims: [0])
    }

    /// All numbers of successes: 0 to the number of trials, along a new first dimension.
    ///
    /// - Throws: `TorchError` if the numbers of trials differ.
    public func enumerateSupport(expand: Bool) throws -> Tensor {
        let count = try totalCount.max().item(Int.self)
        guard try totalCount.min().item(Int.self) == count else {
            throw TorchError(
                kind: .other, operation: Self.name,
                message: "the values, and the entropy, are known only if all numbers of trials are equal")
        }
        return try counted(count + 1, dtype: totalCount.dtype, device: totalCount.device, expand: expand)
    }
}
