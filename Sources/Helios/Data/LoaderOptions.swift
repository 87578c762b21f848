/// How samples become batches.
public struct LoaderOptions: Sendable {
    /// The number of samples in a batch. If several processes train together, it is the number in all of their parts: a
    /// step has the same samples, whatever the number of processes.
    public var batchSize: Int
    /// Draws a new order for each epoch; otherwise the samples come as they are numbered.
    public var shuffle: Bool
    /// Leaves out the last batch of an epoch if it is smaller than the others.
    public var dropLast: Bool
    /// How many threads make batches ahead of the training, 1024 at most; 0 makes each when it is asked for.
    public var workers: Int
    /// How many batches each worker may be ahead.
    public var prefetch: Int
    /// The seed of the order and of the samples' random numbers; the trainer's unless given.
    public var seed: UInt64?
    /// The order of the samples, instead of what `shuffle` says.
    public var sampler: (any Sampler)?
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
        batchSize: Int = 1, shuffle: Bool = false, dropLast: Bool = false, workers: Int = 0, prefetch: Int = 2,
        seed: UInt64? = nil, sampler: (any Sampler)? = nil, isDistributed: Bool? = nil,
        drawsLikePyTorch: Bool = false
    ) {
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.dropLast = dropLast
        self.workers = workers
        self.prefetch = prefetch
        self.seed = seed
        self.sampler = sampler
        self.isDistributed = isDistributed
        self.drawsLikePyTorch = drawsLikePyTorch
    }

    /// Throws if the options contradict each other or the data.
    func validate(sampleCount: Int) throws {
        guard batchSize > 0 else {
            throw DataError("the batch size must be positive, not \(batchSize)")
        }
        guard workers >= 0 else {
            throw DataError("the number of workers must not be negative, and is \(workers)")
        }
        guard workers <= 1024 else {
            throw DataError("the number of workers is 1024 at most, not \(workers)")
        }
        guard prefetch > 0 else {
            throw DataError("the number of batches to prefetch must be positive, not \(prefetch)")
        }
        guard sampleCount > 0 else {
            throw DataError("the data set has no samples")
        }
        if sampler != nil, shuffle {
            throw DataError("a sampler was given, and 'shuffle' too: the sampler says the order, leave out 'shuffle'")
        }
        if dropLast, batchSize > sampleCount {
            throw DataError(
                "the batch size \(batchSize) is larger than the data set (\(sampleCount) samples), and 'dropLast' "
                    + "leaves out the only batch: lower the batch size or leave out 'dropLast'")
        }
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
    /// Each training epoch has a multiple of this number of batches; `nil` for as many as there are.
    var multiple: Int?
    /// The number of samples in a training batch; `nil` uses what the data module says.
    var batchSize: Int?
    /// The part of this process in batches that are distributed; `nil` if there is one process.
    var part: BatchPart?
    /// How many processes there are.
    var rankCount = 1
}
