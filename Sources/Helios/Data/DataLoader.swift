/// Makes batches of a data set, in the order of a sampler, ahead of the training where it has workers.
///
/// ```swift
/// let batches = try loader.batches(epoch: 0)
/// while let batch = try batches.next() { … }
/// ```
public final class DataLoader<Batch: Sendable>: Sendable {
    public let options: LoaderOptions
    /// The number of samples in an epoch.
    public let sampleCount: Int

    private let sampler: any Sampler
    private let makeBatch: @Sendable (_ samples: [Int], _ epoch: Int) throws -> Batch

    /// A loader of a data set whose samples know how to become a batch.
    public convenience init<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try self.init(dataset, options) { try Source.Sample.collate($0) }
    }

    /// A loader of a data set whose samples `collate` puts together.
    public convenience init<Source: Dataset>(
        _ dataset: Source, _ options: LoaderOptions = LoaderOptions(),
        collate: @escaping @Sendable ([Source.Sample]) throws -> Batch
    ) throws {
        let seed = options.seed ?? Helios.defaultSeed
        try self.init(sampleCount: dataset.count, options) { samples, epoch in
            try collate(
                samples.map { index in
                    var random = SampleRandom(seed: seed, epoch: epoch, index: index)
                    return try dataset.sample(at: index, random: &random)
                })
        }
    }

    /// A loader of a data set that makes whole batches.
    public convenience init<Source: BatchDataset>(batches dataset: Source, _ options: LoaderOptions = LoaderOptions())
        throws
    where Source.Batch == Batch {
        try self.init(sampleCount: dataset.count, options) { samples, _ in try dataset.batch(at: samples) }
    }

    private init(
        sampleCount: Int, _ options: LoaderOptions,
        makeBatch: @escaping @Sendable (_ samples: [Int], _ epoch: Int) throws -> Batch
    ) throws {
        try options.validate(sampleCount: sampleCount)
        self.options = options
        self.makeBatch = makeBatch
        sampler =
            options.sampler
            ?? (options.shuffle
                ? RandomSampler(count: sampleCount, seed: options.seed ?? Helios.defaultSeed)
                : SequentialSampler(count: sampleCount))
        self.sampleCount = sampler.count
        guard batchCount > 0 else {
            throw DataError("the sampler gives \(sampler.count) samples, which is no batch of \(options.batchSize)")
        }
    }

    /// The number of batches in an epoch.
    public var batchCount: Int {
        let whole = sampleCount / options.batchSize
        return options.dropLast || sampleCount % options.batchSize == 0 ? whole : whole + 1
    }

    /// The batches of an epoch, from the one with number `start` on.
    ///
    /// - Parameters:
    ///   - epoch: the first is 0.
    ///   - start: how many batches to leave out at the beginning; they are not made.
    public func batches(epoch: Int, from start: Int = 0) throws -> Batches<Batch> {
        let order = try sampler.order(epoch: epoch)
        let batchSize = options.batchSize
        let makeBatch = makeBatch
        return Batches(
            range: min(max(start, 0), batchCount)..<batchCount, workers: options.workers, prefetch: options.prefetch
        ) { number in
            let first = number * batchSize
            return try makeBatch(try order.numbers(at: first..<min(first + batchSize, order.count)), epoch)
        }
    }
}

/// The batches of one epoch, one after the other.
public final class Batches<Batch: Sendable> {
    private let make: @Sendable (Int) throws -> Batch
    private var remaining: Range<Int>
    private let queue: PrefetchQueue<Batch>?

    init(
        range: Range<Int>, workers: Int, prefetch: Int, make: @escaping @Sendable (_ number: Int) throws -> Batch
    ) {
        self.make = make
        remaining = range
        queue =
            workers == 0
            ? nil : PrefetchQueue(range: range, workers: workers, capacity: workers * prefetch, make: make)
    }

    /// Ends the workers, also in the middle of the epoch.
    deinit {
        queue?.stop()
    }

    /// The next batch; nil after the last.
    ///
    /// - Throws: what the data set threw for this batch, here or on a worker's thread.
    public func next() throws -> Batch? {
        guard let number = remaining.popFirst() else { return nil }
        guard let queue else { return try make(number) }
        return try queue.take(number)
    }
}
