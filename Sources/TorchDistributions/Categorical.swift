import Torch

/// The distribution of a class 0, …, K − 1 by a table of probabilities.
public struct Categorical: Distribution {
    private let parameter: Probabilities
    private let classCount: Int
    public let validatesArguments: Bool

    /// Creates a distribution from probabilities.
    ///
    /// - Parameters:
    ///   - probs: `[…, K]`, at least 0; they are divided by their sum.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if there is no dimension of classes, or a row is negative or has no sum.
    public init(probs: Tensor, validateArguments: Bool = true) throws {
        try Self.requireClasses(probs, "probs")
        try self.init(.probs(probs / probs.sum(dims: [-1], keepDim: true)), validatesArguments: validateArguments)
    }

    /// Creates a distribution from logarithms of probabilities.
    ///
    /// - Parameters:
    ///   - logits: `[…, K]`: logarithms of probabilities that need not have the sum 1.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if there is no dimension of classes, or a logit is NaN.
    public init(logits: Tensor, validateArguments: Bool = true) throws {
        try Self.requireClasses(logits, "logits")
        try self.init(
            .logits(logits - logits.logsumexp(dims: [-1], keepDim: true)), validatesArguments: validateArguments)
    }

    private init(_ parameter: Probabilities, validatesArguments: Bool) throws {
        self.parameter = parameter
        self.validatesArguments = validatesArguments
        classCount = try parameter.tensor.size(-1)
        if validatesArguments { try parameter.require(.simplex, .realVector, of: Self.name) }
    }

    private init(expanded parameter: Probabilities, like other: Categorical) {
        self.parameter = parameter
        classCount = other.classCount
        validatesArguments = other.validatesArguments
    }

    private static func requireClasses(_ tensor: Tensor, _ name: String) throws {
        guard tensor.dimensionCount >= 1, tensor.shape.last != 0 else {
            throw TorchError(
                kind: .shape, operation: Self.name, inputs: "\(tensor.dtype)\(tensor.shape)",
                message: "\(name) must have at least one dimension, the classes, and at least one class")
        }
    }

    /// The probabilities, `[…, K]`.
    public var probs: Tensor {
        get throws { try parameter.ofClasses }
    }
    /// The logarithms of the probabilities, `[…, K]`.
    public var logits: Tensor {
        get throws { try parameter.logarithms }
    }
    public var batchShape: [Int] { parameter.tensor.shape.dropLast() }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .classes(classCount) }
    /// NaN: a class is no quantity.
    public var mean: Tensor {
        get throws { try nan }
    }
    public var mode: Tensor {
        get throws { try probs.argmax(dim: -1) }
    }
    /// NaN: a class is no quantity.
    public var variance: Tensor {
        get throws { try nan }
    }

    private var nan: Tensor {
        get throws {
            try Tensor.full(batchShape, Double.nan, dtype: parameter.tensor.dtype, device: parameter.tensor.device)
        }
    }

    public func expand(_ batchShape: [Int]) throws -> Categorical {
        Categorical(expanded: try parameter.map { try $0.expand(batchShape + [classCount]) }, like: self)
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        try noGrad {
            let rows = try probs.reshape([-1, classCount])
            let draws = try rows.multinomial(numSamples: shape.reduce(1, *), replacement: true)
            return try draws.t().reshape(extended(shape))
        }
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let tensors = try Tensor.broadcastTensors([value.to(.int64).unsqueeze(dim: -1), logits])
        let index = try tensors[0].narrow(dim: -1, start: 0, length: 1)
        return try tensors[1].gather(dim: -1, index: index).squeeze(dim: -1)
    }

    public func entropy() throws -> Tensor {
        let logits = try logits
        let finite = try logits.clampMin(min: -logits.dtype.greatestFinite)
        return try -(finite * probs).sum(dims: [-1])
    }

    public func enumerateSupport(expand: Bool) throws -> Tensor {
        try counted(classCount, dtype: .int64, device: parameter.tensor.device, expand: expand)
    }
}
