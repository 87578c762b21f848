import Torch

/// A distribution whose last dimensions of the batch count as parts of one event.
///
/// It makes of a batch of `Normal` distributions one of vectors with a diagonal covariance:
/// ```swift
/// let policy = try Independent(Normal(mean, deviation), 1)
/// try policy.logProb(action)          // the sum over the last dimension
/// ```
public struct Independent<Base: Distribution>: Distribution {
    /// The distribution of the elements.
    public let base: Base
    /// How many dimensions of the base's batch belong to the event.
    public let reinterpretedBatchDims: Int

    /// Creates a distribution of events that consist of several values of another distribution.
    ///
    /// - Parameter reinterpretedBatchDims: how many of the last dimensions of the batch belong to the event.
    /// - Throws: `TorchError` if the batch has fewer.
    public init(_ base: Base, _ reinterpretedBatchDims: Int) throws {
        guard (0...base.batchShape.count).contains(reinterpretedBatchDims) else {
            throw TorchError(
                kind: .shape, operation: Self.name,
                message: "\(reinterpretedBatchDims) dimensions of the batch cannot belong to the event: it has "
                    + "\(base.batchShape.count), \(base.batchShape)")
        }
        self.init(checked: base, reinterpretedBatchDims)
    }

    private init(checked base: Base, _ reinterpretedBatchDims: Int) {
        self.base = base
        self.reinterpretedBatchDims = reinterpretedBatchDims
    }

    public var validatesArguments: Bool { base.validatesArguments }
    public var batchShape: [Int] { base.batchShape.dropLast(reinterpretedBatchDims) }
    public var eventShape: [Int] { base.batchShape.suffix(reinterpretedBatchDims) + base.eventShape }
    public var support: Constraint {
        reinterpretedBatchDims == 0 ? base.support : .independent(base.support, dimensions: reinterpretedBatchDims)
    }
    public var mean: Tensor {
        get throws { try base.mean }
    }
    public var mode: Tensor {
        get throws { try base.mode }
    }
    public var variance: Tensor {
        get throws { try base.variance }
    }

    public func expand(_ batchShape: [Int]) throws -> Independent {
        let event = eventShape.prefix(reinterpretedBatchDims)
        return Independent(checked: try base.expand(batchShape + event), reinterpretedBatchDims)
    }

    public func sample(_ shape: [Int]) throws -> Tensor {
        try base.sample(shape)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        try base.rsample(shape)
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try sumRightmost(base.logProb(value), reinterpretedBatchDims)
    }

    public func entropy() throws -> Tensor {
        try sumRightmost(base.entropy(), reinterpretedBatchDims)
    }

    public func enumerateSupport(expand: Bool) throws -> Tensor {
        guard reinterpretedBatchDims == 0 else { throw unavailable("list of values: they would be too many") }
        return try base.enumerateSupport(expand: expand)
    }
}

/// An `Independent` of whatever base.
protocol AnyIndependent {
    var anyBase: any Distribution { get }
    var reinterpretedBatchDims: Int { get }
}

extension Independent: AnyIndependent {
    var anyBase: any Distribution { base }
}
