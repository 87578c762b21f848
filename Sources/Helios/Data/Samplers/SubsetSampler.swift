import Torch

/// Some samples of a data set, in a new random order for each epoch: `randperm` from a generator seeded with
/// `seed + epoch`, as PyTorch's `SubsetRandomSampler` with such a generator.
///
/// `Dataset.subset` does the same for any use of the data; this is for data that must stay as it is.
public struct SubsetSampler: Sampler {
    private let numbers: [Int]
    private let shuffle: Bool
    private let seed: UInt64

    /// The samples with these numbers.
    ///
    /// - Parameters:
    ///   - numbers: which samples of the data set there are; one may be there several times.
    ///   - shuffle: whether their order is random; otherwise it is that of `numbers`.
    ///   - seed: what the orders depend on, together with the epoch.
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
