/// Batches of samples with similar lengths, so that padded batches contain little padding.
///
/// The samples of an epoch are shuffled and divided into pools of many batches. The samples of a pool are sorted by
/// length and divided into batches, and the batches of all pools are put in a random order. Every sample appears once
/// in an epoch.
public struct BucketBatchSampler: BatchSampler {
    private let lengths: [Int]
    private let batchSize: Int
    private let poolSize: Int
    private let dropLast: Bool
    private let seed: UInt64
    public let batchCount: Int
    public let sampleCount: Int

    /// Creates a sampler for samples with given lengths.
    ///
    /// - Parameters:
    ///   - lengths: the length of each sample of the data set.
    ///   - batchSize: the number of samples in a batch.
    ///   - batchesInPool: the number of batches that are sorted together. Larger pools need less padding, but the
    ///     batches differ less from one epoch to the next.
    ///   - dropLast: whether to skip the samples that do not fill a batch; different samples are skipped in each epoch.
    ///   - seed: the seed of the orders, together with the epoch.
    /// - Throws: `DataError` for sizes that are not positive.
    public init(
        lengths: [Int], batchSize: Int, batchesInPool: Int = 100, dropLast: Bool = false,
        seed: UInt64 = TrainerOptions.defaultSeed
    ) throws {
        guard batchSize > 0 else { throw DataError("the batch size must be positive, not \(batchSize)") }
        guard batchesInPool > 0 else {
            throw DataError("the number of batches that are sorted together must be positive, not \(batchesInPool)")
        }
        self.lengths = lengths
        // No batch is larger than all samples, and sums stay small.
        let size = dropLast ? batchSize : min(batchSize, max(lengths.count, 1))
        self.batchSize = size
        let (poolSize, isTooLarge) = size.multipliedReportingOverflow(by: batchesInPool)
        self.poolSize = isTooLarge ? .max : poolSize
        self.dropLast = dropLast
        self.seed = seed
        let count = lengths.count
        sampleCount = dropLast ? count / size * size : count
        batchCount = sampleCount / size + (sampleCount % size == 0 ? 0 : 1)
    }

    public func batches(epoch: Int) throws -> BatchOrder {
        var random = SampleRandom(seed: seed, epoch: epoch, index: -1)
        let order = lengths.indices.shuffled(using: &random).prefix(sampleCount)
        var batches: [[Int]] = []
        var start = 0
        while start < order.count {
            let end = order.count - start <= poolSize ? order.count : start + poolSize
            // Samples of one length stay in their random order: the second number decides.
            let pool = order[start..<end].enumerated()
                .sorted { (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset) }.map(\.element)
            for first in stride(from: 0, to: pool.count, by: batchSize) {
                batches.append(Array(pool[first...].prefix(batchSize)))
            }
            start = end
        }
        batches.shuffle(using: &random)
        return try BatchOrder(batches)
    }
}
