/// How samples become batches.
public struct LoaderOptions: Sendable {
    /// The number of samples in a batch. If several processes train together, it is the number for all of them
    /// together: a step has the same samples with any number of processes.
    public var batchSize: Int
    /// Draws a new order for each epoch; otherwise the samples come in the order of their numbers.
    public var shuffle: Bool
    /// Leaves out the last batch of an epoch if it is smaller than the others.
    public var dropLast: Bool
    /// How many threads make batches ahead of the training: `.automatic`, or a count, 1024 at most; 0 makes each batch
    /// when it is asked for.
    public var workers: WorkerCount
    /// How many batches each worker may be ahead; `nil` for two, and more of batches that are small, 64 at most.
    public var prefetch: Int?
    /// About how many bytes the batches that are ahead may take. The tensors, arrays and texts in them count, but not
    /// what class instances hold. At least one batch is made ahead. `nil` sets no limit.
    public var prefetchBytes: Int?
    /// How long to wait for a batch that workers make: a batch that takes longer is an error. `nil` sets no limit.
    public var timeout: Duration?
    /// Keeps the workers' threads between epochs, with what the libraries keep for each thread.
    public var persistentWorkers: Bool
    /// Puts the batches into memory that a CUDA device copies from while the program goes on; the type of the batches
    /// must conform to `PinnableBatch`. Without such a device it does nothing, and the trainer says so.
    public var pinMemory: Bool
    /// What happens if a sample cannot be made.
    public var onFailure: FailurePolicy
    /// The seed of the order and of the samples' random numbers; the trainer's unless given.
    public var seed: UInt64?
    /// The order of the samples, instead of what `shuffle` says.
    public var sampler: (any Sampler)?
    /// The batches of an epoch, instead of what `batchSize`, `shuffle`, `dropLast` and `sampler` say.
    public var batchSampler: (any BatchSampler)?
    /// Whether each of several processes gets its part of every batch. `nil` does so with training data only: a model
    /// whose validation or test adds up numbers itself must see all of the data. A `Metric` in a stored property of the
    /// model is merged over the processes, so if all scores come from metrics, `true` makes validation faster.
    public var isDistributed: Bool?
    /// Draws from the standard generator what PyTorch's `DataLoader` draws, so that a program that was ported sees the
    /// same samples, and the same dropout masks, as its original: at the start of each epoch a seed for the workers,
    /// which nothing here uses, and with `shuffle` the seed of the order.
    ///
    /// Give it to all loaders that the original iterates, also those that do not shuffle. The order then depends on
    /// what was drawn before, and not on the seed and the number of the epoch; a resume is exact all the same. The
    /// samples' own random numbers (`Dataset.sample(at:random:)`) stay what they are.
    public var drawsLikePyTorch: Bool

    /// Options with PyTorch's defaults: single samples in order, made when they are asked for.
    public init(
        batchSize: Int = 1, shuffle: Bool = false, dropLast: Bool = false, workers: some WorkerCountConvertible = 0,
        prefetch: Int? = nil, prefetchBytes: Int? = nil, timeout: Duration? = nil, persistentWorkers: Bool = false,
        pinMemory: Bool = false, onFailure: FailurePolicy = .throw, seed: UInt64? = nil, sampler: (any Sampler)? = nil,
        batchSampler: (any BatchSampler)? = nil, isDistributed: Bool? = nil, drawsLikePyTorch: Bool = false
    ) {
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.dropLast = dropLast
        self.workers = workers.workerCount
        self.prefetch = prefetch
        self.prefetchBytes = prefetchBytes
        self.timeout = timeout
        self.persistentWorkers = persistentWorkers
        self.pinMemory = pinMemory
        self.onFailure = onFailure
        self.seed = seed
        self.sampler = sampler
        self.batchSampler = batchSampler
        self.isDistributed = isDistributed
        self.drawsLikePyTorch = drawsLikePyTorch
    }

    /// Throws if the options contradict each other or the data.
    func validate(sampleCount: Int) throws {
        try validateNumbers()
        guard sampleCount > 0 else {
            throw DataError("the data set has no samples")
        }
        if sampler != nil, shuffle {
            throw DataError("a sampler was given, and 'shuffle' too: the sampler says the order, leave out 'shuffle'")
        }
        if batchSampler != nil, shuffle || sampler != nil || dropLast || batchSize != 1 || drawsLikePyTorch {
            throw DataError(
                "a batch sampler was given, which makes the batches: leave out 'batchSize', 'shuffle', 'sampler', 'dropLast' "
                    + "and 'drawsLikePyTorch'")
        }
        if dropLast, batchSize > sampleCount {
            throw DataError(
                "the batch size \(batchSize) is larger than the data set (\(sampleCount) samples), and 'dropLast' "
                    + "leaves out the only batch: lower the batch size or leave out 'dropLast'")
        }
    }

    /// Throws if the options contradict each other, or a stream cannot have them.
    func validateForStream() throws {
        try validateNumbers()
        if shuffle {
            throw DataError(
                "'shuffle' was given for a stream, whose samples have no numbers: leave it out, and shuffle the stream with "
                    + "shuffled(buffer:)")
        }
        if sampler != nil || batchSampler != nil {
            throw DataError("a sampler was given for a stream, whose samples have no numbers: leave it out")
        }
    }

    private func validateNumbers() throws {
        guard batchSize > 0 else {
            throw DataError("the batch size must be positive, not \(batchSize)")
        }
        if case .count(let workers) = workers {
            guard workers >= 0 else {
                throw DataError("the number of workers must not be negative, and is \(workers)")
            }
            guard workers <= 1024 else {
                throw DataError("the number of workers is 1024 at most, not \(workers)")
            }
            if workers == 0, timeout != nil {
                throw DataError(
                    "a timeout was given, and no workers, for whose batches it is: give workers, or leave it out")
            }
        }
        if let prefetch, prefetch <= 0 {
            throw DataError("the number of batches to prefetch must be positive, not \(prefetch)")
        }
        if let prefetchBytes, prefetchBytes <= 0 {
            throw DataError("the number of bytes to prefetch must be positive, not \(prefetchBytes)")
        }
        if let timeout, timeout <= .zero {
            throw DataError("the timeout of a loader must be positive, not \(timeout)")
        }
        if case .skip(let limit) = onFailure, limit < 0 {
            throw DataError("the number of samples that may be left out must not be negative, and is \(limit)")
        }
    }

    /// What makes the batches of a data set.
    func batchSampler(sampleCount: Int, seed: UInt64) throws -> any BatchSampler {
        if let batchSampler {
            guard batchSampler.batchCount > 0 else { throw DataError("the batch sampler gives no batches") }
            return batchSampler
        }
        let sampler =
            sampler
            ?? (shuffle ? RandomSampler(count: sampleCount, seed: seed) : SequentialSampler(count: sampleCount))
        guard sampler.count >= (dropLast ? batchSize : 1) else {
            throw DataError("the sampler gives \(sampler.count) samples, which is no batch of \(batchSize)")
        }
        return CutSampler(sampler, batchSize, dropLast: dropLast)
    }
}

/// How many batches of each kind a run takes at most, and of what size.
struct BatchLimits {
    /// The number of batches in each training epoch; `nil` for all.
    var train: Int?
    /// The number of batches in each validation cycle; `nil` for all.
    var valid: Int?
    /// The number of batches in the test; `nil` for all.
    var test: Int?
    /// Trains and validates with the first training batches, this many, in the order of the data set; `nil` uses all
    /// data.
    var overfit: Int?
    /// Each training epoch has a multiple of the number of batches that make a step; `nil` for as many as there are.
    var accumulation: TrainerOptions.Accumulation?
    /// The number of samples in a training batch; `nil` uses what the data module says.
    var batchSize: Int?
    /// The part of this process in batches that are distributed; `nil` if there is one process.
    var part: BatchPart?
    /// How many processes there are.
    var rankCount = 1
}
