/// The data sets of a training, how to load them, and the phases in which to use them.
///
/// Override `setup` and add the data sets:
/// ```swift
/// final class Digits: DataModule<LabeledBatch> {
///     override func setup() throws {
///         try addTrainPhase(trainSet, LoaderOptions(batchSize: 32, shuffle: true))
///         try setValidation(validSet, LoaderOptions(batchSize: 256))
///     }
/// }
/// ```
/// Training may consist of several phases, each with its own data set, in the order in which you add them. It advances
/// to the next phase when `Model.shouldAdvanceDatasetPhase` returns true.
open class DataModule<Batch: Sendable> {
    /// The trainer's seed. Loaders without their own seed use it for their orders and random numbers.
    public internal(set) var seed: UInt64 = TrainerOptions.defaultSeed
    /// Whether several processes train together. The trainer sets it before `prepareData`.
    public internal(set) var isDistributed = false
    /// The trainer that uses the data. The trainer sets it.
    public internal(set) weak var trainer: (any RunContext)?

    /// The index of the current training phase. The first phase is 0.
    public private(set) var trainPhase = 0

    /// How many batches of each kind there are at most. Set by the trainer.
    var limits = BatchLimits()

    private var trainLoaders: [DataLoader<Batch>] = []
    /// What is validated, in turn.
    private(set) var validationSets: [ValidationSet<Batch>] = []
    /// The loader of the test data; `nil` if there is none.
    public private(set) var testDataLoader: DataLoader<Batch>?
    /// The loader of the prediction data; `nil` if there is none.
    public private(set) var predictionDataLoader: DataLoader<Batch>?

    /// Creates a module without data. Add the data in `setup`.
    public init() {}

    // MARK: To override

    /// Downloads and unpacks files, or builds caches, once, before `setup`. If there are several processes on a
    /// machine, one of them calls this method while the others wait. Don't keep any state here.
    open func prepareData() throws {}

    /// Adds the data sets. It is called on every process at the start of training and of testing.
    open func setup() throws {
        throw DataError("\(type(of: self)) must override setup() and add its data sets there")
    }

    /// Cleans up when training or testing is over, even if it failed.
    open func teardown() throws {}

    // MARK: Adding data sets, in setup

    /// Adds a training phase.
    public func addTrainPhase<Source: BatchDataset>(
        _ dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Batch == Batch {
        try addTrainPhase(options, count: dataset.count) { try DataLoader(dataset, $0) }
    }

    /// Adds a training phase.
    public func addTrainPhase<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try addTrainPhase(options, count: dataset.count) { try DataLoader(dataset, $0) }
    }

    /// Sets the validation data.
    public func setValidation<Source: BatchDataset>(
        _ dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Batch == Batch {
        try setValidation(options) { try DataLoader(dataset, $0) }
    }

    /// Sets the validation data.
    public func setValidation<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setValidation(options) { try DataLoader(dataset, $0) }
    }

    /// Adds validation data with a name.
    ///
    /// Validation runs on all sets in turn, each from `onValidationStart` to `onValidationEnd`.
    /// `RunContext.validationSet` is the name of the current set. Scores have the name of their set as a prefix: `loss`
    /// of the set `night` becomes `night/loss` in `Model.validationScores`.
    ///
    /// - Throws: `DataError` if the name is empty or already used by another set.
    public func addValidation<Source: BatchDataset>(
        named name: String, _ dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Batch == Batch {
        try addValidation(named: name, options) { try DataLoader(dataset, $0) }
    }

    /// Adds validation data with a name. See `addValidation(named:_:_:)` for data that creates whole batches.
    public func addValidation<Source: Dataset>(
        named name: String, _ dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try addValidation(named: name, options) { try DataLoader(dataset, $0) }
    }

    /// Sets the test data.
    public func setTest<Source: BatchDataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Batch == Batch {
        try setTest(options) { try DataLoader(dataset, $0) }
    }

    /// Sets the test data.
    public func setTest<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setTest(options) { try DataLoader(dataset, $0) }
    }

    /// Sets the prediction data.
    public func setPrediction<Source: BatchDataset>(
        _ dataset: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Batch == Batch {
        try setPrediction(options) { try DataLoader(dataset, $0) }
    }

    /// Sets the prediction data.
    public func setPrediction<Source: Dataset>(_ dataset: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setPrediction(options) { try DataLoader(dataset, $0) }
    }

    // MARK: How the functions above and those for streams do it

    /// Adds a training phase.
    ///
    /// - Parameter count: the number of samples; `nil` for a stream.
    func addTrainPhase(
        _ options: LoaderOptions, count: Int?, _ make: (LoaderOptions) throws -> DataLoader<Batch>
    ) throws {
        try addTrainLoader { try make(training(options, count: count)) }
    }

    func setValidation(_ options: LoaderOptions, _ make: (LoaderOptions) throws -> DataLoader<Batch>) throws {
        let loader = try evaluation("the validation data", limits.valid, options, make)
        validationSets.removeAll { $0.name == nil }
        validationSets.insert(ValidationSet(name: nil, loader: loader), at: 0)
    }

    func addValidation(
        named name: String, _ options: LoaderOptions, _ make: (LoaderOptions) throws -> DataLoader<Batch>
    ) throws {
        guard !name.isEmpty, !validationSets.contains(where: { $0.name == name }) else {
            throw DataError(
                name.isEmpty
                    ? "the name of validation data must not be empty: use setValidation for data without a name"
                    : "there is validation data of the name '\(name)' already: each needs a name of its own")
        }
        let loader = try evaluation("the validation data '\(name)'", limits.valid, options, make)
        validationSets.append(ValidationSet(name: name, loader: loader))
    }

    func setTest(_ options: LoaderOptions, _ make: (LoaderOptions) throws -> DataLoader<Batch>) throws {
        testDataLoader = try evaluation("the test data", limits.test, options, make)
    }

    func setPrediction(_ options: LoaderOptions, _ make: (LoaderOptions) throws -> DataLoader<Batch>) throws {
        if options.isDistributed == true {
            throw DataError("the prediction data cannot be distributed over processes: leave isDistributed out")
        }
        predictionDataLoader = try evaluation("the prediction data", nil, options, make)
    }

    /// Makes errors of the data or its options say which data they are about.
    private func naming<Result>(_ data: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DataError {
            throw DataError("\(data): \(error)")
        }
    }

    private func evaluation(
        _ data: String, _ limit: Int?, _ options: LoaderOptions, _ make: (LoaderOptions) throws -> DataLoader<Batch>
    ) throws -> DataLoader<Batch> {
        let loader = try naming(data) { try make(seeded(options)) }.limited(to: limit)
        guard options.isDistributed == true, let part = limits.part else { return loader }
        guard part.ownCount == 1, part.count == limits.rankCount else {
            throw DataError(
                "\(data) cannot be distributed with deterministic: .acrossRanks, since the order of the ranks' sums would "
                    + "change the scores: leave isDistributed out")
        }
        try requireNoSkipping(data, loader)
        return loader.distributed(part)
    }

    /// Throws if samples may be left out of batches that are cut into parts: a part must know the size of the others.
    private func requireNoSkipping(_ data: String, _ loader: DataLoader<Batch>) throws {
        guard loader.options.onFailure.skips else { return }
        throw DataError(
            "\(data): onFailure: .skip cannot leave samples out of batches that are cut into parts, for several processes "
                + "or with deterministic: .acrossRanks, since each part must know how many samples the others have: use "
                + ".throw, or leave them out of the data set")
    }

    private func addTrainLoader(_ make: () throws -> DataLoader<Batch>) throws {
        let phase = trainLoaders.count + 1
        var loader = try naming("the training data\(phase > 1 ? " of phase \(phase)" : "")", make)
        if let part = limits.part, loader.options.isDistributed != false {
            try requireNoSkipping("the training data", loader)
            guard loader.options.batchSize >= part.count || loader.options.batchSampler != nil else {
                throw DataError(
                    "the batch size of training phase \(phase) is \(loader.options.batchSize), which cannot be cut into "
                        + "\(part.count) parts: it is the number of samples that all processes have together")
            }
            loader = loader.distributed(part)
        }
        trainLoaders.append(try limitedTraining(loader, phase: phase))
    }

    private func limitedTraining(_ loader: DataLoader<Batch>, phase: Int) throws -> DataLoader<Batch> {
        var limited = loader.limited(to: limits.train)
        if let count = limits.overfit { limited = loader.inOrder().limited(to: min(count, limits.train ?? count)) }
        guard let accumulation = limits.accumulation else { return limited }
        if let batchCount = limited.batchCount, batchCount < accumulation.most {
            throw DataError(
                "no step can be made in training phase \(phase): an epoch has \(batchCount) batches, "
                    + "accumulation is \(accumulation.text.dropLast()), remainder: .drop), which leaves out fewer; accumulate "
                    + "less, or take .step")
        }
        return accumulation.schedule.isEmpty ? limited.limited(toSteps: accumulation.batches) : limited
    }

    /// The training data of an epoch, the first being 1: a loader of a multiple of the batches that make a step, if
    /// that number changes and the remainder is left out.
    func trainLoader(inEpoch epoch: Int) throws -> DataLoader<Batch> {
        let loader = try requiredTrainLoader()
        guard let accumulation = limits.accumulation, !accumulation.schedule.isEmpty else { return loader }
        return loader.limited(toSteps: accumulation.batches(inEpoch: epoch))
    }

    /// The options of a training phase, with the batch size that is being tried, at most the number of samples.
    private func training(_ options: LoaderOptions, count: Int?) throws -> LoaderOptions {
        var options = try seeded(options)
        if let batchSize = limits.batchSize {
            guard options.batchSampler == nil else {
                throw DataError("batches of another size cannot be tried, since a batch sampler makes them")
            }
            options.batchSize = min(batchSize, max(options.sampler?.count ?? count ?? batchSize, 1))
        }
        return options
    }

    private func seeded(_ options: LoaderOptions) throws -> LoaderOptions {
        if options.drawsLikePyTorch, options.shuffle, options.seed != nil {
            throw DataError(
                "a seed was given, and 'drawsLikePyTorch' too, which draws the order from the standard generator: leave "
                    + "out one of the two")
        }
        var options = options
        options.seed = options.seed ?? seed
        return options
    }

    // MARK: What there is

    /// The loader of the current training phase.
    public var trainDataLoader: DataLoader<Batch>? {
        trainLoaders.indices.contains(trainPhase) ? trainLoaders[trainPhase] : nil
    }

    /// The loader of the validation data, or the first of several; `nil` if there is no validation data.
    public var validDataLoader: DataLoader<Batch>? { validationSets.first?.loader }

    /// The loaders of the validation data that has a name, by name.
    public var validDataLoaders: [String: DataLoader<Batch>] {
        validationSets.reduce(into: [:]) { loaders, set in if let name = set.name { loaders[name] = set.loader } }
    }

    /// The data set of the current training phase; `nil` without training data.
    public var trainDataset: (any Sendable)? { trainDataLoader?.dataset }
    /// The validation data set, or the first of several; `nil` without validation data.
    public var validDataset: (any Sendable)? { validDataLoader?.dataset }
    /// The test data set; `nil` without test data.
    public var testDataset: (any Sendable)? { testDataLoader?.dataset }

    /// How many training phases there are.
    var trainPhaseCount: Int { trainLoaders.count }

    /// The loader of the first training phase.
    var firstTrainDataLoader: DataLoader<Batch>? { trainLoaders.first }

    /// Returns the number of training batches in an epoch of the current phase.
    ///
    /// - Throws: `DataError` if there is no training data, or if it is a stream.
    public func trainStepsPerEpoch() throws -> Int {
        guard let count = try requiredTrainLoader().batchCount else {
            throw DataError(
                "the number of batches in an epoch of a stream is not known before its end: count by iteration instead")
        }
        return count
    }

    /// Advances to the next training phase, unless this is the last one.
    public func advanceTrainPhase() {
        trainPhase = min(trainPhase + 1, max(trainLoaders.count - 1, 0))
    }

    // MARK: State

    /// Returns the current phase, if there is training data.
    open func stateDict() throws -> StateDict {
        trainLoaders.isEmpty ? [:] : ["phase": .int(trainPhase)]
    }

    /// Restores the phase.
    ///
    /// - Throws: `DataError` if the phase does not exist.
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

    /// What validation runs on, in turn: the same few batches as training if the run overfits those, unless validation
    /// takes fewer.
    var usedValidationSets: [ValidationSet<Batch>] {
        guard let overfit = limits.overfit, !validationSets.isEmpty, let loader = trainDataLoader else {
            return validationSets
        }
        let count = loader.batchCount ?? overfit
        return [ValidationSet(name: nil, loader: loader.limited(to: min(count, limits.valid ?? count)))]
    }

    func requiredTrainLoader() throws -> DataLoader<Batch> {
        guard let loader = trainDataLoader else {
            throw DataError("there is no training data: add a training phase in \(type(of: self)).setup()")
        }
        return loader
    }

    /// Forgets what an earlier `setup` added, so that one module serves training and then testing.
    func reset() {
        trainLoaders = []
        validationSets = []
        testDataLoader = nil
        predictionDataLoader = nil
        trainPhase = 0
    }
}

/// Data to validate on.
struct ValidationSet<Batch: Sendable> {
    /// What the names of its scores begin with; `nil` if they stay as they are.
    let name: String?
    let loader: DataLoader<Batch>
}
