/// Groups the data sets of a training: which there are, how they are loaded, and in which phases.
///
/// Override `setup` and add what there is:
/// ```swift
/// final class Digits: DataModule<LabeledBatch> {
///     override func setup() throws {
///         try addTrainPhase(batches: trainSet, LoaderOptions(batchSize: 32, shuffle: true))
///         try setValidation(batches: validSet, LoaderOptions(batchSize: 256))
///     }
/// }
/// ```
/// Training may go through several phases, each with a data set of its own: one after the other as added, the next one
/// when `Model.shouldAdvanceDatasetPhase` says so.
open class DataModule<Batch: Sendable> {
    /// The trainer's seed: of the orders and random numbers of loaders that have none of their own.
    public internal(set) var seed: UInt64 = Helios.defaultSeed
    /// Whether several processes train together. Set by the trainer.
    public internal(set) var isDistributed = false
    /// The trainer that uses the data. Set by it.
    public internal(set) weak var trainer: Trainer?

    /// The number of the current training phase; the first is 0.
    public private(set) var trainPhase = 0

    private var trainLoaders: [DataLoader<Batch>] = []
    private var validationLoader: DataLoader<Batch>?
    private var testLoader: DataLoader<Batch>?

    public init() {}

    // MARK: To override

    /// Downloads, unpacks, builds caches: once, before `setup`, on one process only. Keep no state here.
    open func prepareData() throws {}

    /// Adds the data sets. Called at the start of training and of testing, on every process.
    open func setup() throws {
        throw DataError("\(type(of: self)) must override setup() and add its data sets there")
    }

    /// Cleans up, when training or testing is over, also when it failed.
    open func teardown() throws {}

    // MARK: Adding data sets, in setup

    /// Adds a training phase.
    public func addTrainPhase(_ loader: DataLoader<Batch>) {
        trainLoaders.append(loader)
    }

    public func addTrainPhase<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        trainLoaders.append(try DataLoader(dataset, seeded(options)))
    }

    public func addTrainPhase<Source: BatchDataset>(
        batches dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Batch == Batch {
        trainLoaders.append(try DataLoader(batches: dataset, seeded(options)))
    }

    /// Sets what validation runs on.
    public func setValidation(_ loader: DataLoader<Batch>?) {
        validationLoader = loader
    }

    public func setValidation<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        validationLoader = try DataLoader(dataset, seeded(options))
    }

    public func setValidation<Source: BatchDataset>(
        batches dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Batch == Batch {
        validationLoader = try DataLoader(batches: dataset, seeded(options))
    }

    /// Sets what testing runs on.
    public func setTest(_ loader: DataLoader<Batch>?) {
        testLoader = loader
    }

    public func setTest<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        testLoader = try DataLoader(dataset, seeded(options))
    }

    public func setTest<Source: BatchDataset>(
        batches dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Batch == Batch {
        testLoader = try DataLoader(batches: dataset, seeded(options))
    }

    private func seeded(_ options: LoaderOptions) -> LoaderOptions {
        var options = options
        options.seed = options.seed ?? seed
        return options
    }

    // MARK: What there is

    /// The loader of the current training phase.
    public var trainDataLoader: DataLoader<Batch>? {
        trainLoaders.indices.contains(trainPhase) ? trainLoaders[trainPhase] : nil
    }

    public var validDataLoader: DataLoader<Batch>? {
        validationLoader
    }

    public var testDataLoader: DataLoader<Batch>? {
        testLoader
    }

    /// The number of training batches in an epoch of the current phase.
    ///
    /// - Throws: `DataError` where there is no training data.
    public func trainStepsPerEpoch() throws -> Int {
        try requiredTrainLoader().batchCount
    }

    /// Goes on to the next training phase; stays in the last one.
    public func advanceTrainPhase() {
        trainPhase = min(trainPhase + 1, max(trainLoaders.count - 1, 0))
    }

    // MARK: State

    /// The current phase, where there are training data.
    open func stateDict() throws -> StateDict {
        trainLoaders.isEmpty ? [:] : ["phase": .int(trainPhase)]
    }

    /// Restores the phase.
    ///
    /// - Throws: `DataError` for a phase that is not there.
    open func loadStateDict(_ state: StateDict) throws {
        guard !trainLoaders.isEmpty, state["phase"] != nil else { return }
        let phase = try state.int("phase")
        guard trainLoaders.indices.contains(phase) else {
            throw DataError(
                "the checkpoint is in training phase \(phase), but the data module has \(trainLoaders.count) phases")
        }
        trainPhase = phase
    }

    // MARK: For the trainer

    func requiredTrainLoader() throws -> DataLoader<Batch> {
        guard let loader = trainDataLoader else {
            throw DataError("there is no training data: add a training phase in \(type(of: self)).setup()")
        }
        return loader
    }

    /// Forgets what an earlier `setup` added, so that one module serves training and then testing.
    func reset() {
        trainLoaders = []
        validationLoader = nil
        testLoader = nil
        trainPhase = 0
    }
}
