import Torch

/// A probability distribution, or a batch of them: PyTorch's `torch.distributions.Distribution`.
///
/// ```swift
/// let policy = try Categorical(logits: network(observation))
/// let action = try policy.sample()
/// let loss = try -(policy.logProb(action) * advantage).mean()
/// ```
/// A sample has the shape `sampleShape + batchShape + eventShape`. The event is what one draw gives: nothing (a number)
/// for `Normal`, a vector for `Dirichlet`. The batch is how many distributions with parameters of their own there are.
///
/// Random numbers come from the standard generator: after `manualSeed` the same as in PyTorch.
public protocol Distribution: Sendable {
    /// The shape of the batch of distributions.
    var batchShape: [Int] { get }
    /// The shape of one draw of one distribution.
    var eventShape: [Int] { get }
    /// The values that can be drawn.
    var support: Constraint { get }
    /// Whether `logProb` and `cdf` refuse values that cannot be drawn, which costs time.
    var validatesArguments: Bool { get }

    /// The mean, of shape `batchShape + eventShape`; NaN if there is none.
    var mean: Tensor { get throws }
    /// The variance, of shape `batchShape + eventShape`; NaN if there is none.
    var variance: Tensor { get throws }
    /// The most likely value, of shape `batchShape + eventShape`.
    var mode: Tensor { get throws }

    /// Draws values, without recording gradients.
    ///
    /// - Parameter shape: how many, in front of the batch.
    func sample(_ shape: [Int]) throws -> Tensor

    /// Draws values that are differentiable by the parameters, by the reparameterization trick.
    ///
    /// - Parameter shape: how many, in front of the batch.
    /// - Throws: `TorchError` if the distribution has none, as discrete ones have not.
    func rsample(_ shape: [Int]) throws -> Tensor

    /// The logarithm of the density, or of the probability, at a value.
    ///
    /// - Parameter value: of a shape that broadcasts with `batchShape + eventShape`.
    /// - Returns: a tensor without the event's dimensions.
    /// - Throws: `TorchError` if the shape does not fit, or a value is outside the support.
    func logProb(_ value: Tensor) throws -> Tensor

    /// The probability of a value up to the given one.
    ///
    /// - Throws: as `logProb`; `TorchError` if PyTorch has no formula for it.
    func cdf(_ value: Tensor) throws -> Tensor

    /// The value up to which the given probability lies: the inverse of `cdf`.
    ///
    /// - Throws: `TorchError` if PyTorch has no formula for it.
    func icdf(_ probability: Tensor) throws -> Tensor

    /// The entropy, of shape `batchShape`, in nats.
    ///
    /// - Throws: `TorchError` if PyTorch has no formula for it.
    func entropy() throws -> Tensor

    /// All values of a discrete distribution, in the first dimension.
    ///
    /// - Parameter expand: whether the batch's dimensions have its sizes; otherwise they have the size 1.
    /// - Throws: `TorchError` if the distribution is not discrete or not finite.
    func enumerateSupport(expand: Bool) throws -> Tensor

    /// The same distribution in a larger batch, without copying the parameters.
    ///
    /// - Throws: `TorchError` if the batch does not broadcast to the shape.
    func expand(_ batchShape: [Int]) throws -> Self

    /// The Kullback–Leibler divergence to another distribution, of a distribution of your own; `nil` if it has no
    /// formula.
    func klDivergence(to other: any Distribution) throws -> Tensor?
}

extension Distribution {
    /// The square root of the variance.
    public var stddev: Tensor {
        get throws { try variance.sqrt() }
    }

    public var mode: Tensor {
        get throws { throw unavailable("mode") }
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        try noGrad { try rsample(shape) }
    }

    /// Draws one value, or as many as the sizes say, without recording gradients.
    public func sample(_ shape: Int...) throws -> Tensor {
        try sample(shape)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        throw unavailable("reparameterized sample: use sample, and logProb for the gradient")
    }

    /// Draws one value, or as many as the sizes say, differentiable by the parameters.
    public func rsample(_ shape: Int...) throws -> Tensor {
        try rsample(shape)
    }

    public func cdf(_ value: Tensor) throws -> Tensor {
        throw unavailable("cumulative distribution function")
    }

    public func icdf(_ probability: Tensor) throws -> Tensor {
        throw unavailable("inverse of the cumulative distribution function")
    }

    public func entropy() throws -> Tensor {
        throw unavailable("entropy in closed form")
    }

    public func enumerateSupport(expand: Bool) throws -> Tensor {
        throw unavailable("finite list of values")
    }

    /// All values of a discrete distribution, in the first dimension, for the whole batch.
    public func enumerateSupport() throws -> Tensor {
        try enumerateSupport(expand: true)
    }

    public func klDivergence(to other: any Distribution) throws -> Tensor? { nil }

    /// e to the entropy.
    public func perplexity() throws -> Tensor {
        try entropy().exp()
    }
}

// MARK: What the distributions share

extension Distribution {
    static var name: String { String(String(describing: Self.self).prefix { $0 != "<" }) }

    func unavailable(_ what: String) -> TorchError {
        TorchError(kind: .other, operation: Self.name, message: "this distribution has no \(what)")
    }

    /// The shape of samples.
    func extended(_ shape: [Int]) -> [Int] {
        shape + batchShape + eventShape
    }

    /// Throws unless a value fits the shapes and lies in the support.
    func requireInSupport(_ value: Tensor) throws {
        guard validatesArguments else { return }
        let expected = batchShape + eventShape
        let shape = value.shape
        let fits =
            shape.suffix(eventShape.count) == eventShape[...]
            && zip(shape.reversed(), expected.reversed()).allSatisfy { $0 == $1 || $0 == 1 || $1 == 1 }
        guard fits else {
            throw TorchError(
                kind: .shape, operation: "\(Self.name).logProb", inputs: "\(value.dtype)\(shape)",
                message: "the value must broadcast with \(expected), of which \(eventShape) is the event")
        }
        try support.require(value, "the value", of: Self.name)
    }

    /// Values that are counted from 0, in the first dimension.
    func counted(_ count: Int, dtype: DType, device: Device, expand: Bool) throws -> Tensor {
        let values = try Tensor.arange(count, dtype: dtype, device: device)
            .view([count] + batchShape.map { _ in 1 })
        return expand ? try values.expand([count] + batchShape) : values
    }
}

/// Independent draws from the standard normal distribution.
func standardNormal(_ shape: [Int], like parameter: Tensor) throws -> Tensor {
    try Tensor.empty(shape, dtype: parameter.dtype, device: parameter.device).normal_()
}

/// Sums over the last dimensions.
func sumRightmost(_ value: Tensor, _ count: Int) throws -> Tensor {
    count == 0 ? value : try value.sum(dims: Array(-count..<0))
}
