import Torch

/// The order of the samples in an epoch.
///
/// A sampler has no position. The order is a function of the epoch, so a resumed run requests the same epoch and
/// continues at its position.
public protocol Sampler: Sendable {
    /// The number of samples in an epoch.
    var count: Int { get }

    /// Returns the order of the samples in an epoch. The first epoch is 0.
    func order(epoch: Int) throws -> SampleOrder
}

/// The samples in the order of their indices.
public struct SequentialSampler: Sampler {
    public let count: Int

    /// Creates a sampler for `count` samples.
    public init(count: Int) {
        self.count = count
    }

    public func order(epoch: Int) -> SampleOrder {
        .sequential(count: count)
    }
}

/// Every sample once, in a new random order for each epoch. The order is `randperm` from a generator seeded with `seed
/// + epoch`, as in PyTorch and Python Helios.
public struct RandomSampler: Sampler {
    public let count: Int
    /// The seed from which the orders are drawn, together with the epoch.
    public let seed: UInt64

    /// Creates a sampler for `count` samples with a seed.
    public init(count: Int, seed: UInt64 = TrainerOptions.defaultSeed) {
        self.count = count
        self.seed = seed
    }

    public func order(epoch: Int) throws -> SampleOrder {
        let generator = try Generator(seed: seed &+ UInt64(truncatingIfNeeded: epoch))
        return try SampleOrder(Tensor.randperm(count, generator: generator))
    }
}

/// Sample indices in order. A shuffled order keeps the tensor into which it was drawn and takes no more memory than
/// that.
public struct SampleOrder: Sendable {
    private enum Storage {
        case sequential
        case numbers([Int])
        case tensor(Tensor)
    }

    private let storage: Storage
    /// The number of samples.
    public let count: Int

    /// Returns the indices from 0 up to, but not including, `count`.
    public static func sequential(count: Int) -> SampleOrder {
        SampleOrder(storage: .sequential, count: count)
    }

    /// Creates an order from a list of sample indices.
    public init(_ numbers: [Int]) {
        self.init(storage: .numbers(numbers), count: numbers.count)
    }

    /// Creates an order from a tensor of sample indices.
    ///
    /// - Parameter numbers: `int64[N]`, on the CPU.
    /// - Throws: `DataError` for another type, shape, or device.
    public init(_ numbers: Tensor) throws {
        guard numbers.dtype == .int64, numbers.dimensionCount == 1, numbers.device == .cpu else {
            throw DataError(
                "an order of samples is a tensor int64[N] on the CPU, not \(numbers.dtype)\(numbers.shape) on "
                    + "\(numbers.device)")
        }
        self.init(storage: .tensor(try numbers.contiguous()), count: numbers.count)
    }

    private init(storage: Storage, count: Int) {
        self.storage = storage
        self.count = count
    }

    /// Returns the sample indices at a range of positions in the order.
    ///
    /// - Throws: `DataError` for positions outside the order.
    public func numbers(at positions: Range<Int>) throws -> [Int] {
        guard positions.lowerBound >= 0, positions.upperBound <= count else {
            throw DataError("there are no positions \(positions) in an order of \(count) samples")
        }
        return switch storage {
        case .sequential: Array(positions)
        case .numbers(let numbers): Array(numbers[positions])
        case .tensor(let tensor): try tensor.array(at: positions) ?? tensor[positions].array(Int.self)
        }
    }
}
