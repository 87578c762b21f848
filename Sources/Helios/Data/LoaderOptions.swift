/// How samples become batches.
public struct LoaderOptions: Sendable {
    /// The number of samples in a batch. If several processes train together, it is the total over all of them, so a
    /// step has the same samples with any number of processes.
    public var batchSize: Int
    /// Whether to draw a new order for each epoch. Otherwise, the samples are in the order of their indices.
    public var shuffle: Bool
    /// Whether to skip the last batch of an epoch if it is smaller than the others.
    public var dropLast: Bool
    /// The number of threads that create batches in advance: `.automatic`, or a count of at most 1024. With 0, each
    /// batch is created when it is requested.
    public var workers: WorkerCount
    /// The number of batches that each worker may create in advance. `nil` stands for two, or more if the batches are
    /// small, at most 64.
    public var prefetch: Int?
    /// The approximate number of bytes that batches created in advance may take. This counts the tensors, arrays, and
    /// texts in them, but not the contents of class instances. At least one batch is created in advance. `nil` sets no
    /// limit.
    public var prefetchBytes: Int?
    /// How long to wait for a batch from the workers; a batch that takes longer is an error. `nil` sets no limit.
    public var timeout: Duration?
    /// Whether to keep the workers' threads between epochs, including what libraries store for each thread.
    public var persistentWorkers: Bool
    /// Whether to put the batches into pinned memory, from which a CUDA device copies while the program continues. The
    /// type of the batches must conform to `PinnableBatch`. Without such a device, this has no effect, and the trainer
    /// says so.
    public var pinMemory: Bool
    /// What to do if a sample cannot be created.
    public var onFailure: FailurePolicy
    /// The seed of the order and of the samples' random numbers. By default, it is the trainer's seed.
    public var seed: UInt64?
    /// The order of the samples, which replaces `shuffle`.
    public var sampler: (any Sampler)?
    /// The batches of an epoch, which replace `batchSize`, `shuffle`, `dropLast`, and `sampler`.
    public var batchSampler: (any BatchSampler)?
    /// Whether each of several processes gets a part of every batch. If `nil`, only training data is divided: a model
    /// that adds up numbers itself in a validation or a test must see all of the data. A `Metric` in a stored property
    /// of the model is merged over the processes. So if all scores come from metrics, `true` makes validation faster.
    public var isDistributed: Bool?
    /// Whether to draw from the standard generator what PyTorch's `DataLoader` draws, so that a ported program sees the
    /// same samples and the same dropout masks as the original. At the start of each epoch, this draws a seed for the
    /// workers, which is not used, and with `shuffle` the seed of the order.
    ///
    /// Set this option for all loaders that the original program iterates over, even those that do not shuffle. The
    /// order then depends on what was drawn before instead of the seed and the number of the epoch, but resuming is
    /// still exact. The samples' own random numbers (`Dataset.sample(at:random:)`) do not change.
    public var drawsLikePyTorch: Bool

    /// Creates options with PyTorch's defaults: single samples in order, created when they are requested.
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
