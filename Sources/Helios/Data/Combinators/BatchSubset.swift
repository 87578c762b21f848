extension BatchDataset {
    /// Returns some of the samples, in the given order. A sample may appear several times.
    ///
    /// - Throws: `DataError` for an index that does not exist in the data set.
    public func subset(_ numbers: [Int]) throws -> BatchSubset<Self> {
        try SubsetNumbers.check(numbers, count)
        return BatchSubset(source: self, numbers: numbers)
    }

    /// A range of the samples.
    ///
    /// - Throws: `DataError` for numbers that the data set does not have.
    public func subset(_ numbers: Range<Int>) throws -> BatchSubset<Self> {
        try SubsetNumbers.check(numbers, count)
        return BatchSubset(source: self, numbers: Array(numbers))
    }

    /// Splits the data set at random, as `Dataset.randomSplit(_:seed:)` does.
    ///
    /// - Parameters:
    ///   - fractions: the fraction of each part; they add up to 1.
    ///   - seed: the seed of the split.
    /// - Throws: `DataError` for fractions that do not add up to 1.
    public func randomSplit(
        _ fractions: [Double], seed: UInt64 = TrainerOptions.defaultSeed
    ) throws -> [BatchSubset<Self>] {
        try RandomSplit.numbers(count, fractions: fractions, seed: seed).map { BatchSubset(source: self, numbers: $0) }
    }

    /// Splits the data set at random, as `Dataset.randomSplit(counts:seed:)` does.
    ///
    /// - Parameters:
    ///   - counts: the number of samples in each part; they add up to the number of samples.
    ///   - seed: what the split depends on.
    /// - Throws: `DataError` for counts that do not add up to it.
    public func randomSplit(
        counts: [Int], seed: UInt64 = TrainerOptions.defaultSeed
    ) throws -> [BatchSubset<Self>] {
        try RandomSplit.numbers(count, counts: counts, seed: seed).map { BatchSubset(source: self, numbers: $0) }
    }
}

/// Some samples of a data set that creates batches: `BatchDataset.subset` and `randomSplit`.
///
/// The random numbers of a sample are the same as in the whole data set.
public struct BatchSubset<Source: BatchDataset>: BatchDataset {
    let source: Source
    /// The indices of the samples in the original data set.
    public let numbers: [Int]

    public var count: Int { numbers.count }

    public func batch(at indices: [Int], random: BatchRandom) throws -> Source.Batch {
        try source.batch(at: indices.map { numbers[$0] }, random: random)
    }
}

extension BatchSubset: AssembledDataset {
    var makesSamples: Bool { (source as? any AssembledDataset)?.makesSamples ?? false }

    func batch(at indices: [Int], random: BatchRandom, _ assembly: inout BatchAssembly) throws -> Source.Batch {
        let indices = indices.map { numbers[$0] }
        guard let source = source as? any AssembledDataset<Source.Batch> else {
            return try source.batch(at: indices, random: random)
        }
        return try source.batch(at: indices, random: random, &assembly)
    }
}
