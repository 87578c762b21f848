import Synchronization

/// Makes batches of a data set, in the order of a sampler, ahead of the training if it has workers.
///
/// ```swift
/// let batches = try loader.batches(epoch: 0)
/// while let batch = try batches.next() { … }
/// ```
public final class DataLoader<Batch: Sendable>: Sendable {
    /// How samples become batches.
    public let options: LoaderOptions
    /// The number of samples in an epoch.
    public let sampleCount: Int

    private let sampler: any Sampler
    private let datasetCount: Int
    /// What the order and the samples' random numbers are drawn from, together with the epoch.
    let seed: UInt64
    /// How many batches an epoch has at most.
    private let batchLimit: Int
    /// The part of each batch that is made; `nil` for all of it.
    let part: BatchPart?
    private let makeBatch: @Sendable (_ samples: [Int], _ random: BatchRandom) throws -> Batch
    /// The fingerprint of the epoch that was asked for last.
    private let fingerprint = Mutex<(epoch: Int, value: Int)?>(nil)

    /// A loader of a data set that makes batches.
    ///
    /// - Throws: `DataError` for options that contradict each other or the data.
    public init<Source: BatchDataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Batch == Batch {
        try options.validate(sampleCount: dataset.count)
        let seed = options.seed ?? TrainerOptions.defaultSeed
        let sampler =
            options.sampler
            ?? (options.shuffle
                ? RandomSampler(count: dataset.count, seed: seed) : SequentialSampler(count: dataset.count))
        guard sampler.count >= (options.dropLast ? options.batchSize : 1) else {
            throw DataError("the sampler gives \(sampler.count) samples, which is no batch of \(options.batchSize)")
        }
        self.options = options
        self.sampler = sampler
        self.seed = seed
        batchLimit = .max
        part = nil
        sampleCount = sampler.count
        datasetCount = dataset.count
        let samples = 0..<dataset.count
        makeBatch = { indices, random in
            // A data set may trap on a number that it does not have.
            if let other = indices.first(where: { !samples.contains($0) }) {
                throw DataError("the sampler asks for sample \(other), and the data set has \(samples.count)")
            }
            return try noGrad { try dataset.batch(at: indices, random: random) }
        }
    }

    /// A loader of a data set whose samples know how to become a batch.
    public convenience init<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try self.init(dataset.collated { try Source.Sample.collate($0) }, options)
    }

    private init(
        _ other: DataLoader<Batch>, _ options: LoaderOptions, _ sampler: any Sampler, batchLimit: Int,
        part: BatchPart?
    ) {
        self.options = options
        self.sampler = sampler
        self.batchLimit = batchLimit
        self.part = part
        sampleCount = sampler.count
        datasetCount = other.datasetCount
        seed = other.seed
        makeBatch = other.makeBatch
    }

    /// The same loader with the first `count` batches of each epoch.
    func limited(to count: Int?) -> DataLoader<Batch> {
        guard let count else { return self }
        return DataLoader(self, options, sampler, batchLimit: count, part: part)
    }

    /// The same loader, which makes one part of each batch.
    func distributed(_ part: BatchPart?) -> DataLoader<Batch> {
        guard let part else { return self }
        return DataLoader(self, options, sampler, batchLimit: batchLimit, part: part)
    }

    /// How many samples a part of a batch has. The first batch has the number 0.
    ///
    /// - Parameter number: the number of the part; `nil` for the first one that this loader makes, or the whole batch.
    func share(ofBatch batch: Int, part number: Int? = nil) -> BatchShare {
        let whole = min(options.batchSize, sampleCount - batch * options.batchSize)
        guard let part else { return BatchShare(own: whole, whole: whole) }
        return BatchShare(own: part.positions(ofPart: number ?? part.first, in: whole).count, whole: whole)
    }

    /// The same loader with the samples in the order of their numbers, each at most once.
    func inOrder() -> DataLoader<Batch> {
        var options = options
        options.shuffle = false
        options.sampler = nil
        let sampler = SequentialSampler(count: min(sampleCount, datasetCount))
        return DataLoader(self, options, sampler, batchLimit: batchLimit, part: part)
    }

    /// The number of batches in an epoch.
    public var batchCount: Int {
        let whole = sampleCount / options.batchSize
        let all = options.dropLast || sampleCount % options.batchSize == 0 ? whole : whole + 1
        return min(all, batchLimit)
    }

    /// The type of the sampler.
    var samplerName: String { "\(type(of: sampler))" }

    /// A number that stands for the order of an epoch (64-bit FNV-1a of the samples' numbers); `nil` for a sampler of
    /// this library, which its type, count and seed describe completely.
    func orderFingerprint(epoch: Int) throws -> Int? {
        if sampler is SequentialSampler || sampler is RandomSampler { return nil }
        if let known = fingerprint.withLock({ $0 }), known.epoch == epoch { return known.value }
        let order = try sampler.order(epoch: epoch)
        let value = Int(truncatingIfNeeded: FNV1a.hash(try order.numbers(at: 0..<order.count)))
        fingerprint.withLock { $0 = (epoch, value) }
        return value
    }

    /// The batches of an epoch, from the one with number `start` on. With `LoaderOptions.drawsLikePyTorch`, draws their
    /// order.
    ///
    /// - Parameters:
    ///   - epoch: the first is 0.
    ///   - start: how many batches to leave out at the beginning; they are not made.
    /// - Throws: what the sampler throws; `DataError` if its order is not as long as it says.
    public func batches(epoch: Int, from start: Int = 0) throws -> Batches<Batch> {
        try batches(epoch: epoch, from: start, orderSeed: drawOrderSeed())
    }

    /// Draws what `LoaderOptions.drawsLikePyTorch` says. Returns what the order of the epoch is made from; `nil` if
    /// that is not what was drawn.
    func drawOrderSeed() throws -> UInt64? {
        options.drawsLikePyTorch ? try PyTorchDraws.beginEpoch(options) : nil
    }

    /// The batches of an epoch whose order has been drawn, if it is drawn at all.
    func batches(epoch: Int, from start: Int, orderSeed: UInt64?) throws -> Batches<Batch> {
        let order =
            try orderSeed.map { try RandomSampler(count: sampleCount, seed: $0).order(epoch: 0) }
            ?? sampler.order(epoch: epoch)
        guard order.count == sampleCount else {
            throw DataError(
                "the sampler's order of epoch \(epoch) has \(order.count) samples, and its count is \(sampleCount)")
        }
        let batchSize = options.batchSize
        let (makeBatch, part) = (makeBatch, part)
        let random = BatchRandom(seed: seed, epoch: epoch)
        let ownCount = part?.ownCount ?? 1
        let first = min(max(start, 0), batchCount)
        return try Batches(
            range: first * ownCount..<batchCount * ownCount, workers: options.workers, prefetch: options.prefetch
        ) { number in
            let first = number / ownCount * batchSize
            let all = first..<(first + min(batchSize, order.count - first))
            var positions = all
            if let part {
                let own = part.positions(ofPart: part.first + number % ownCount, in: all.count)
                positions = own.isEmpty ? first..<(first + 1) : (first + own.lowerBound)..<(first + own.upperBound)
            }
            return try makeBatch(try order.numbers(at: positions), random)
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
    ) throws {
        self.make = make
        remaining = range
        let (ahead, isTooMany) = workers.multipliedReportingOverflow(by: prefetch)
        queue =
            workers == 0
            ? nil : try PrefetchQueue(range: range, workers: workers, capacity: isTooMany ? .max : ahead, make: make)
    }

    /// Ends the workers, also in the middle of the epoch.
    deinit {
        queue?.stop()
    }

    /// The next batch; `nil` after the last.
    ///
    /// - Throws: what the data set threw for this batch, here or on a worker's thread.
    public func next() throws -> Batch? {
        guard let number = remaining.popFirst() else { return nil }
        guard let queue else { return try make(number) }
        return try queue.take(number)
    }
}
