import Torch

/// The Bernoulli distribution: 1 with probability p, and 0 otherwise.
public struct Bernoulli: Distribution {
    private let parameter: Probabilities
    public let validatesArguments: Bool

    /// Creates a distribution from probabilities.
    ///
    /// - Parameters:
    ///   - probs: the probability of 1.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a probability is not from 0 to 1.
    public init(probs: some DistributionParameter, validateArguments: Bool = true) throws {
        self.init(.probs(try broadcast(probs)[0]), validatesArguments: validateArguments)
        if validateArguments { try parameter.require(.unitInterval, .real, of: Self.name) }
    }

    /// Creates a distribution from log-odds.
    ///
    /// - Parameters:
    ///   - logits: the log-odds of 1, log(p / (1 − p)).
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if the log-odds are NaN.
    public init(logits: some DistributionParameter, validateArguments: Bool = true) throws {
        self.init(.logits(try broadcast(logits)[0]), validatesArguments: validateArguments)
        if validateArguments { try parameter.require(.unitInterval, .real, of: Self.name) }
    }

    private init(_ parameter: Probabilities, validatesArguments: Bool) {
        self.parameter = parameter
        self.validatesArguments = validatesArguments
    }

    /// The probability of 1.
    public var probs: Tensor {
        get throws { try parameter.ofOne }
    }
    /// The log-odds of 1.
    public var logits: Tensor {
        get throws { try parameter.logOdds }
    }
    public var batchShape: [Int] { parameter.tensor.shape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .boolean }
    public var mean: Tensor {
        get throws { try probs }
    }
    /// NaN if both values are equally likely.
    public var mode: Tensor {
        get throws {
            let probs = try probs
            return try Tensor.where(probs.eq(0.5), Double.nan, probs.ge(0.5).to(probs.dtype))
        }
    }
    public var variance: Tensor {
        get throws {
            let probs = try probs
            return try probs * (1 - probs)
        }
    }

    public func expand(_ batchShape: [Int]) throws -> Bernoulli {
        Bernoulli(try parameter.map { try $0.expand(batchShape) }, validatesArguments: validatesArguments)
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        try noGrad { try probs.expand(extended(shape)).bernoulli() }
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let tensors = try Tensor.broadcastTensors([logits, value])
        return try -crossEntropy(tensors[0], tensors[1])
    }

    public func entropy() throws -> Tensor {
        try crossEntropy(logits, probs)
    }

    public func enumerateSupport(expand: Bool) throws -> Tensor {
        try counted(2, dtype: parameter.tensor.dtype, device: parameter.tensor.device, expand: expand)
    }

    private func crossEntropy(_ logits: Tensor, _ probs: Tensor) throws -> Tensor {
        try Tensor.binaryCrossEntropyWithLogits(logits, probs, reduction: .none)
    }
}
