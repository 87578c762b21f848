import Torch

/// Some samples of a data set, in a new random order for each epoch. The order is `randperm` from a generator seeded
/// with `seed + epoch`, as in PyTorch's `SubsetRandomSampler` with such a generator.
///
/// `Dataset.subset` does the same for any use of the data; use this sampler if the data set must not change.
public struct SubsetSampler: Sampler {
    private let numbers: [Int]
    private let shuffle: Bool
    private let seed: UInt64

    /// Creates a sampler for the samples with these indices.
    ///
    /// - Parameters:
    ///   - numbers: the indices of the samples; an index may occur several times.
    ///   - shuffle: whether their order is random; otherwise, it is the order of `numbers`.
    ///   - seed: the seed of the orders, together with the epoch.
    public init(_ numbers: [Int], shuffle: Bool = true, seed: UInt64 = TrainerOptions.defaultSeed) {
        self.numbers = numbers
        self.shuffle = shuffle
        self.seed = seed
    }

    public var count: Int { numbers.count }

    public func order(epoch: Int) throws -> SampleOrder {
        guard shuffle else { return SampleOrder(numbers) }
        let order = try RandomSampler(count: numbers.count, seed: seed).order(epoch: epoch)
        return SampleOrder(try order.numbers(at: 0..<numbers.count).map { numbers[$0] })
    }
}
