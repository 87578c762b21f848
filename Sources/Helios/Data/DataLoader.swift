import Synchronization

/// Creates batches from a data set, in the order of a sampler. If it has workers, it creates batches in advance.
///
/// ```swift
/// let batches = try loader.batches(epoch: 0)
/// while let batch = try batches.next() { … }
/// ```
public final class DataLoader<Batch: Sendable>: Sendable {
    /// What the batches are made of.
    private enum Source: Sendable {
        /// Samples that have numbers.
        case indexed(any BatchSampler, IndexedSource<Batch>)
        /// Samples that come one after the other.
        case stream(StreamSource<Batch>)
    }

    /// How samples become batches.
    public let options: LoaderOptions
    /// The data set from which the loader creates batches.
    public let dataset: any Sendable
    private let source: Source
    /// What the order and the samples' random numbers are drawn from, together with the epoch.
    let seed: UInt64
    private let workers: Int
    /// The threads that stay between epochs; `nil` if each epoch has its own.
    private let pool: WorkerPool?

    /// How many batches an epoch has at most.
    private let batchLimit: Int
    /// An epoch has a multiple of this number of batches, if the length of the data is not known in advance.
    private let multiple: Int
    /// The epoch whose batches every epoch makes; `nil` if each has its own.
    private let onlyEpoch: Int?
    /// The part of each batch that is made; `nil` for all of it.
    let part: BatchPart?
    /// The fingerprint of the epoch that was asked for last.
    private let fingerprint = Mutex<(epoch: Int, value: Int)?>(nil)

    // MARK: Making one

    /// Creates a loader for a data set that creates whole batches.
    ///
    /// - Throws: `DataError` for options that contradict each other or the data.
    public init<Data: BatchDataset>(_ dataset: Data, _ options: LoaderOptions = LoaderOptions()) throws
    where Data.Batch == Batch {
        try options.validate(sampleCount: dataset.count)
        let seed = options.seed ?? TrainerOptions.defaultSeed
        let indexed = IndexedSource(dataset)
        guard indexed.makesSamples || !options.onFailure.skips else {
            throw DataError(
                "onFailure: .skip was given, and \(Data.self) makes whole batches, of which no sample can be left out: let "
                    + "the data set leave out what fails")
        }
        self.options = options
        self.dataset = (dataset as? any WrappedDataset)?.wrapped ?? dataset
        self.seed = seed
        source = .indexed(try options.batchSampler(sampleCount: dataset.count, seed: seed), indexed)
        workers = options.workers.resolved(makesSamples: indexed.makesSamples)
        pool = options.persistentWorkers ? WorkerPool() : nil
        (batchLimit, multiple, onlyEpoch, part) = (.max, 1, nil, nil)
        if options.pinMemory { try PinnedMemory.check(Batch.self) }
    }

    /// Creates a loader for a data set whose samples can be combined into batches.
    public convenience init<Data: Dataset>(_ dataset: Data, _ options: LoaderOptions = LoaderOptions()) throws
    where Data.Sample: Collatable, Data.Sample.Batch == Batch {
        try self.init(dataset.collated(by: Collation.ofSample()), options)
    }

    /// Creates a loader for a stream.
    ///
    /// - Throws: `DataError` for options that contradict each other, or that are not possible with a stream.
    public init<Data: StreamDataset>(
        _ stream: CollatedStream<Data, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try options.validateForStream()
        self.options = options
        dataset = stream.source
        seed = options.seed ?? TrainerOptions.defaultSeed
        source = .stream(StreamSource(stream))
        workers = options.workers.resolved(makesSamples: true)
        pool = options.persistentWorkers ? WorkerPool() : nil
        (batchLimit, multiple, onlyEpoch, part) = (.max, 1, nil, nil)
        if options.pinMemory { try PinnedMemory.check(Batch.self) }
    }

    /// Creates a loader for a stream whose samples can be combined into batches.
    public convenience init<Data: StreamDataset>(_ stream: Data, _ options: LoaderOptions = LoaderOptions()) throws
    where Data.Sample: Collatable, Data.Sample.Batch == Batch {
        try self.init(stream.collated(by: Collation.ofSample()), options)
    }

    private init(
        _ other: DataLoader<Batch>, options: LoaderOptions? = nil, source: Source? = nil, batchLimit: Int? = nil,
        multiple: Int? = nil, onlyEpoch: Int? = nil, part: BatchPart? = nil
    ) {
        self.options = options ?? other.options
        self.source = source ?? other.source
        self.batchLimit = batchLimit ?? other.batchLimit
        self.multiple = multiple ?? other.multiple
        self.onlyEpoch = onlyEpoch ?? other.onlyEpoch
        self.part = part ?? other.part
        (dataset, seed, workers, pool) = (other.dataset, other.seed, other.workers, other.pool)
    }

    /// The same loader with the first `count` batches of each epoch.
    func limited(to count: Int?) -> DataLoader<Batch> {
        guard let count else { return self }
        return DataLoader(self, batchLimit: count)
    }

    /// The same loader with a multiple of this number of batches in each epoch, if the length of the data is not known
    /// in advance.
    func limited(toMultipleOf count: Int) -> DataLoader<Batch> {
        DataLoader(self, batchLimit: batchLimit - batchLimit % count, multiple: count)
    }

    /// The same loader without the batches at the end of an epoch that are fewer than a step takes.
    func limited(toSteps batches: Int) -> DataLoader<Batch> {
        guard batches > 1 else { return self }
        guard let batchCount else { return limited(toMultipleOf: batches) }
        return limited(to: batchCount - batchCount % batches)
    }

    /// The same loader, which makes one part of each batch.
    func distributed(_ part: BatchPart?) -> DataLoader<Batch> {
        guard let part else { return self }
        return DataLoader(self, part: part)
    }

    /// The same loader with the samples in the order of their numbers, each at most once. A stream, or a sampler that
    /// makes the batches, gives its first epoch each time.
    func inOrder() -> DataLoader<Batch> {
        guard case .indexed(let sampler, let indexed) = source, options.batchSampler == nil else {
            return DataLoader(self, onlyEpoch: 0)
        }
        var options = options
        options.shuffle = false
        options.sampler = nil
        let count = min(sampler.sampleCount, indexed.count)
        return DataLoader(
            self, options: options,
            source: .indexed(
                CutSampler(SequentialSampler(count: count), options.batchSize, dropLast: options.dropLast), indexed))
    }

    // MARK: What there is

    /// The number of batches in an epoch; `nil` for a stream, whose length is not known in advance.
    public var batchCount: Int? {
        guard case .indexed(let sampler, _) = source else { return nil }
        return min(sampler.batchCount, batchLimit)
    }

    /// The number of samples in an epoch; `nil` for a stream, whose length is not known in advance.
    public var sampleCount: Int? {
        guard case .indexed(let sampler, _) = source else { return nil }
        return sampler.sampleCount
    }

    /// The type that decides the order.
    var samplerName: String {
        switch source {
        case .indexed(let sampler as CutSampler, _): "\(type(of: sampler.sampler))"
        case .indexed(let sampler, _): "\(type(of: sampler))"
        case .stream(let stream): stream.name
        }
    }

    /// A fingerprint of the order of an epoch (64-bit FNV-1a of the samples' numbers); `nil` for a stream, and for a
    /// sampler that its type, count and seed describe completely.
    func orderFingerprint(epoch: Int) throws -> Int? {
        guard case .indexed(let sampler, _) = source else { return nil }
        if let cut = sampler as? CutSampler, cut.sampler is SequentialSampler || cut.sampler is RandomSampler {
            return nil
        }
        let epoch = onlyEpoch ?? epoch
        if let known = fingerprint.withLock({ $0 }), known.epoch == epoch { return known.value }
        let value = try sampler.batches(epoch: epoch).fingerprint()
        fingerprint.withLock { $0 = (epoch, value) }
        return value
    }

    // MARK: Batches

    /// Returns the batches of an epoch, starting at the batch with the index `start`. With
    /// `LoaderOptions.drawsLikePyTorch`, this draws their order.
    ///
    /// - Parameters:
    ///   - epoch: the epoch. The first epoch is 0.
    ///   - start: the number of batches to skip at the beginning. These batches are not created, but a stream is read
    ///     up to this point.
    /// - Throws: any error from the sampler; `DataError` if the order does not have as many samples as the sampler
    ///   declares.
    public func batches(epoch: Int, from start: Int = 0) throws -> Batches<Batch> {
        try batches(epoch: epoch, from: start, orderSeed: drawOrderSeed())
    }

    /// Draws what `LoaderOptions.drawsLikePyTorch` says. Returns what the order of the epoch is made from; `nil` if
    /// that is not what was drawn.
    func drawOrderSeed() throws -> UInt64? {
        options.drawsLikePyTorch ? try PyTorchDraws.beginEpoch(options) : nil
    }

    /// The batches of an epoch whose order has been drawn, if it is drawn at all.
    ///
    /// - Parameter position: what `Batches.position` gave at this batch; `nil` if there is nothing to know.
    func batches(
        epoch: Int, from start: Int, orderSeed: UInt64?, position: StateDict? = nil
    ) throws -> Batches<Batch> {
        let epoch = onlyEpoch ?? epoch
        var plan = Batches<Batch>.Plan()
        plan.partCount = part?.ownCount ?? 1
        plan.part = part
        plan.first = max(start, 0)
        plan.failures = options.onFailure
        plan.workers = workers
        plan.limits = PrefetchLimits(
            perWorker: options.prefetch, bytes: options.prefetchBytes, timeout: options.timeout)
        plan.pins = options.pinMemory && PinnedMemory.isAvailable
        try plan.takeSkipped(from: position)
        let startThread = pool.map { pool in { pool.start($0) } } ?? WorkerThread.start
        switch source {
        case .indexed(let sampler, let indexed):
            let order = try batchOrder(of: sampler, epoch: epoch, orderSeed: orderSeed)
            plan.first = min(plan.first, batchCount ?? 0)
            let numbers = plan.first * plan.partCount..<(batchCount ?? 0) * plan.partCount
            plan.workers = min(workers, numbers.count)
            let feed = indexed.feed(
                order, numbers, part, BatchRandom(seed: seed, epoch: epoch), skips: options.onFailure.skips)
            return try Batches(feed, plan, startThread: startThread)
        case .stream(let stream):
            let perWorker = options.prefetch ?? PrefetchLimits.greatestCount
            let (ahead, isTooMany) = workers.multipliedReportingOverflow(by: perWorker)
            let feed = try stream.feed(
                StreamPlan(
                    epoch: epoch, seed: seed, batchSize: options.batchSize, dropLast: options.dropLast,
                    first: plan.first, limit: batchLimit, multiple: multiple, part: part,
                    greatestAhead: isTooMany ? .max : ahead,
                    skips: options.onFailure.skips),
                position.flatMap { $0["stream"] == nil ? nil : try $0.dictionary("stream") })
            return try Batches(feed, plan, startThread: startThread)
        }
    }

    private func batchOrder(of sampler: any BatchSampler, epoch: Int, orderSeed: UInt64?) throws -> BatchOrder {
        if let orderSeed {
            let order = try RandomSampler(count: sampler.sampleCount, seed: orderSeed).order(epoch: 0)
            return BatchOrder(order, batchSize: options.batchSize)
        }
        let order = try sampler.batches(epoch: epoch)
        guard order.order.count == sampler.sampleCount else {
            throw DataError(
                "the sampler's order of epoch \(epoch) has \(order.order.count) samples, and its count is "
                    + "\(sampler.sampleCount)")
        }
        guard order.count >= sampler.batchCount else {
            throw DataError(
                "the batch sampler gives \(order.count) batches in epoch \(epoch), and its batchCount is "
                    + "\(sampler.batchCount)")
        }
        return order
    }
}
