import Foundation

/// Runs the training, validation and testing of a model, saves checkpoints and resumes from them.
///
/// ```swift
/// let trainer = try Trainer(
///     .epochs(20), validation: .every(1), checkpoints: .in(URL(filePath: "runs/checkpoints"), every: 1))
/// try trainer.fit(model, data)
/// ```
/// `fit` in a folder that has a checkpoint resumes from the newest one, to the bit.
public final class Trainer {
    /// What the trainer does, and how. During a run these are its options with what the plug-ins made of them
    /// (`Plugin.configure(_:)`), which no longer change; afterwards they are those that the trainer was made with.
    public var options: TrainerOptions { status.options }

    /// What is true of the run at the moment; Trainer+RunContext.swift shows it to hooks and to the program.
    let status: RunStatus
    /// Whether a run is under way.
    var isRunning = false

    /// A trainer with options; `fit` or `test` runs it.
    ///
    /// - Throws: `ConfigurationError` for an option that makes no sense, `TorchError` for a device that is not there.
    public init(_ options: TrainerOptions) throws {
        try options.validate()
        status = RunStatus(options)
    }

    /// A trainer with a group of options for each argument, which `TrainerOptions` describes; `fit` or `test` runs it.
    ///
    /// - Parameters:
    ///   - length: how long to train, as in `.epochs(20)`. A trainer without a length tests and predicts.
    ///   - validation: when to validate, as in `.every(1, stopAfter: 5)`.
    ///   - checkpoints: where checkpoints go, as in `.in(folder, every: 1, keeping: .last(3))`.
    ///   - accumulation: how many batches make a step of the optimizer.
    ///   - outOfMemory: what happens if there is too little memory for a training step.
    ///   - data: how much of the data is used.
    ///   - logs: where the log goes, as in `.in(folder)`.
    ///   - seed: what all random generators start from.
    ///   - deterministic: whether operations must give the same bits every time; `.acrossRanks` for the same ones on
    ///     any number of processes.
    ///   - device: where to train; `.auto` is a CUDA device if there is one, and else the CPU.
    ///   - processes: how many processes train together, as in `processes: 2`.
    ///   - threads: how many threads an operation may use.
    ///   - flushDenormals: whether numbers nearer to zero than 1.2e-38 become zero.
    ///   - stopsOnSignals: whether Ctrl-C and the like end the training after the current step.
    ///   - display: what is shown on the terminal.
    ///   - diagnostics: what is looked into besides training.
    /// - Throws: `ConfigurationError` for an option that makes no sense, `TorchError` for a device that is not there.
    public convenience init(
        _ length: TrainerOptions.Length? = nil, validation: TrainerOptions.Validation? = .never,
        checkpoints: TrainerOptions.Checkpoints? = .none, accumulation: TrainerOptions.Accumulation = .batches(1),
        outOfMemory: TrainerOptions.OutOfMemory = .fails, data: TrainerOptions.DataLimits = .all,
        logs: TrainerOptions.Logs = .none,
        seed: UInt64 = TrainerOptions.defaultSeed, deterministic: Determinism = false, device: Device = .auto,
        processes: TrainerOptions.Processes = .launched, threads: ThreadCount = .unchanged,
        flushDenormals: Bool = false, stopsOnSignals: Bool = true, display: TrainerOptions.Display = .all,
        diagnostics: TrainerOptions.Diagnostics = []
    ) throws {
        var options = TrainerOptions()
        options.length = length
        options.validation = validation
        options.checkpoints = checkpoints
        options.accumulation = accumulation
        options.outOfMemory = outOfMemory
        options.data = data
        options.logs = logs
        options.seed = seed
        options.deterministic = deterministic
        options.device = device
        options.processes = processes
        options.threads = threads
        options.flushDenormals = flushDenormals
        options.stopsOnSignals = stopsOnSignals
        options.display = display
        options.diagnostics = diagnostics
        try self.init(options)
    }

    // MARK: Running

    /// Trains the model, from the newest checkpoint if the checkpoint folder has one.
    ///
    /// Without a checkpoint the training starts from new weights, also if the model was trained before: a warning says
    /// so. A training that has ended already is not trained, and none of its hooks is called again: the model gets the
    /// state of the checkpoint.
    ///
    /// - Returns: why training ended, and the state after its last step.
    /// - Throws: what a hook, the data or the file system threw, after it was logged; `ConfigurationError` if there
    ///   is nothing to do, the model's name cannot be a file's name, another thread of the process runs a trainer, or
    ///   no optimizer made a step; `CheckpointError` if the folder has
    ///   checkpoints and none can be read, if one cannot be written, and if another training is at work in the
    ///   folder; with `ErrorPolicy.save`, `TrainingError`, which has the error and the file.
    @discardableResult
    public func fit<Batch>(_ model: Model<Batch>, _ data: DataModule<Batch>) throws -> FitResult {
        // Early, but plug-ins may still give a length.
        if plugins.isEmpty { try options.requireLength() }
        return try run("training", .training, model, data) { try $0.fit() }
    }

    /// Tests the model: with the checkpoint that is named, else with the newest in the checkpoint folder, else with the
    /// weights that it was trained to in this process, and what `Model.loadForTesting` loads.
    ///
    /// A line says what was loaded. A model that has been trained in this process is not set up again.
    ///
    /// - Parameter checkpoint: the checkpoint to test; `nil` for the order above.
    /// - Returns: the scores, and how many samples were left out.
    /// - Throws: as `fit`; `CheckpointError` if the checkpoint or the checkpoint folder does not exist;
    ///   `ConfigurationError` if there is nothing to test: no checkpoint, no training in this process, and no
    ///   `loadForTesting` of the model's own.
    @discardableResult
    public func test<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws -> TestResult {
        try run("testing", .evaluation, model, data) { try $0.test(checkpoint: checkpoint) }
    }

    /// Tests the model with the checkpoint in a file.
    ///
    /// - Returns: the scores, and how many samples were left out.
    /// - Throws: as `test(_:_:checkpoint:)` with a `CheckpointChoice`.
    @discardableResult
    public func test<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint file: URL
    ) throws -> TestResult {
        try test(model, data, checkpoint: .file(file))
    }

    /// Gives what the model's `predictStep` makes of each batch of the data module's prediction data, the model being
    /// loaded as for a test.
    ///
    /// - Returns: the predictions of each batch, in order.
    /// - Throws: as `test`; `DataError` if there is no prediction data.
    public func predict<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws -> [Tensor] {
        var predictions: [Tensor] = []
        try predict(model, data, checkpoint: checkpoint) { predictions.append($0) }
        return predictions
    }

    /// Hands what the model's `predictStep` makes of each batch of the data module's prediction data to `use`, batch by
    /// batch, so that the predictions need not fit the memory.
    ///
    /// - Throws: as `predict` without `use`, and what `use` throws.
    public func predict<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil,
        _ use: (Tensor) throws -> Void
    ) throws {
        try run("prediction", .evaluation, model, data) { try $0.predict(checkpoint: checkpoint, use) }
    }

    /// Validates the model with all validation data, without training. The weights are those that a test would use.
    ///
    /// No curve gets the scores, and no validation is counted.
    /// - Returns: the scores; those of validation data with a name begin with it. Also in `Model.validationScores`.
    /// - Throws: as `test`; `DataError` if there is no validation data.
    @discardableResult
    public func validate<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws -> Scores {
        try run("validation", .evaluation, model, data) { try $0.validate(checkpoint: checkpoint) }
    }

    /// Sets the model and the data up and gives the model the weights that a test would use, in evaluation mode: to
    /// export them, say.
    ///
    /// - Throws: as `test`.
    public func load<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws {
        try run("loading", .evaluation, model, data) { try $0.load(checkpoint: checkpoint) }
    }

    /// Gives the predictions of the checkpoint in a file.
    ///
    /// - Throws: as `predict(_:_:checkpoint:)` with a `CheckpointChoice`.
    public func predict<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint file: URL
    ) throws -> [Tensor] {
        try predict(model, data, checkpoint: .file(file))
    }

    /// Runs a few batches of everything, so that a fault at the end of an epoch shows now and not after an hour:
    /// training, validation, the states for a checkpoint, the test. Reads and writes no files.
    ///
    /// - Parameter limit: how many batches of each; in a training by iterations, how many iterations.
    /// - Throws: as `fit`.
    @discardableResult
    public func fastRun<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, limit: Int = 3
    ) throws -> FitResult {
        guard limit > 0 else { throw ConfigurationError("a fast run needs at least one batch, not \(limit)") }
        return try run("fast run", .fastRun(limit: limit), model, data) { try $0.fastRun() }
    }
}
