/// Batches whose samples are all from one group, such as images of one shape, or samples of one data set.
///
/// Every sample appears once in an epoch, except those that `dropLast` skips. The last batch of each group may be
/// smaller than the others.
public struct GroupedBatchSampler: BatchSampler {
    private let members: [[Int]]
    private let batchSize: Int
    private let shuffle: Bool
    private let dropLast: Bool
    private let seed: UInt64
    public let batchCount: Int
    public let sampleCount: Int

    /// Creates a sampler for samples in groups.
    ///
    /// - Parameters:
    ///   - groups: the group of each sample of the data set.
    ///   - batchSize: the number of samples in a batch.
    ///   - shuffle: whether the samples of a group, and the batches, are in a random order; otherwise, the groups come
    ///     one after the other.
    ///   - dropLast: whether to skip the last batch of each group if it is smaller than the others.
    ///   - seed: the seed of the orders, together with the epoch.
    /// - Throws: `DataError` for a batch size that is not positive.
    public init(
        groups: [Int], batchSize: Int, shuffle: Bool = true, dropLast: Bool = false,
        seed: UInt64 = TrainerOptions.defaultSeed
    ) throws {
        guard batchSize > 0 else { throw DataError("the batch size must be positive, not \(batchSize)") }
        members = groups.numbersByValue
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.dropLast = dropLast
        self.seed = seed
        batchCount = members.reduce(0) { sum, samples in
            sum
                + (dropLast
                    ? samples.count / batchSize : samples.count / batchSize + (samples.count % batchSize == 0 ? 0 : 1))
        }
        sampleCount =
            dropLast ? members.reduce(0) { $0 + $1.count / batchSize * batchSize } : groups.count
    }

    public func batches(epoch: Int) throws -> BatchOrder {
        var random = SampleRandom(seed: seed, epoch: epoch, index: -1)
        var batches: [[Int]] = []
        for samples in members {
            let order = shuffle ? samples.shuffled(using: &random) : samples
            for start in stride(from: 0, to: order.count, by: batchSize) {
                let batch = Array(order[start...].prefix(batchSize))
                if !dropLast || batch.count == batchSize { batches.append(batch) }
            }
        }
        if shuffle { batches.shuffle(using: &random) }
        return try BatchOrder(batches)
    }
}
