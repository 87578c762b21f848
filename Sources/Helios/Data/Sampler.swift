import Torch

/// The order of the samples in an epoch.
///
/// A sampler has no position: the order is a function of the epoch, so that a resumed run asks for the same epoch and
/// continues from its place.
public protocol Sampler: Sendable {
    /// The number of samples in an epoch.
    var count: Int { get }

    /// The order of the samples in an epoch; the first epoch is 0.
    func order(epoch: Int) throws -> SampleOrder
}

/// The samples in the order of their numbers.
public struct SequentialSampler: Sampler {
    public let count: Int

    /// The order of `count` samples.
    public init(count: Int) {
        self.count = count
    }

    public func order(epoch: Int) -> SampleOrder {
        .sequential(count: count)
    }
}

/// Every sample once, in a new random order for each epoch: `randperm` from a generator seeded with `seed + epoch`,
/// which is the order of PyTorch and of Python Helios.
public struct RandomSampler: Sampler {
    public let count: Int
    /// What the orders are drawn from, together with the epoch.
    public let seed: UInt64

    /// The orders of `count` samples that belong to a seed.
    public init(count: Int, seed: UInt64 = TrainerOptions.defaultSeed) {
        self.count = count
        self.seed = seed
    }

    public func order(epoch: Int) throws -> SampleOrder {
        let generator = try Generator(seed: seed &+ UInt64(truncatingIfNeeded: epoch))
        return try SampleOrder(Tensor.randperm(count, generator: generator))
    }
}

/// Sample numbers in order. A shuffled one keeps the tensor that it was drawn into and takes no more memory than that.
public struct SampleOrder: Sendable {
    private enum Storage {
        case sequential
        case numbers([Int])
        case tensor(Tensor)
    }

    private let storage: Storage
    /// The number of samples.
    public let count: Int

    /// The numbers from 0 up to, but not including, `count`.
    public static func sequential(count: Int) -> SampleOrder {
        SampleOrder(storage: .sequential, count: count)
    }

    /// The order of a list of sample numbers.
    public init(_ numbers: [Int]) {
        self.init(storage: .numbers(numbers), count: numbers.count)
    }

    /// The order of a tensor of sample numbers.
    ///
    /// - Parameter numbers: `int64[N]`, on the CPU.
    /// - Throws: `DataError` for another type, shape or device.
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

    /// The sample numbers at some positions of the order.
    ///
    /// - Throws: `DataError` for positions outside of it.
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
