import Foundation

/// Runs the training, validation, and testing of a model, saves checkpoints, and resumes from them.
///
/// ```swift
/// let trainer = try Trainer(
///     .epochs(20), validation: .every(1), checkpoints: .in(URL(filePath: "runs/checkpoints"), every: 1))
/// try trainer.fit(model, data)
/// ```
/// If the folder contains a checkpoint, `fit` resumes exactly from the newest one.
public final class Trainer {
    /// The options of the trainer. During a run, these are the trainer's options as the plug-ins have changed them
    /// (`Plugin.configure(_:)`), and they no longer change. After the run, they are the options that the trainer was
    /// created with.
    public var options: TrainerOptions { status.options }

    /// What is true of the run at the moment; Trainer+RunContext.swift shows it to hooks and to the program.
    let status: RunStatus
    /// Whether a run is under way.
    var isRunning = false

    /// Creates a trainer from options. Call `fit` or `test` to run it.
    ///
    /// - Throws: `ConfigurationError` for an invalid option, `TorchError` for a device that does not exist.
    public init(_ options: TrainerOptions) throws {
        try options.validate()
        status = RunStatus(options)
    }

    /// Creates a trainer with one argument for each group of options, which `TrainerOptions` describes. Call `fit` or
    /// `test` to run it.
    ///
    /// - Parameters:
    ///   - length: how long to train, such as `.epochs(20)`. A trainer without a length only tests and predicts.
    ///   - validation: when to validate, such as `.every(1, stopAfter: 5)`.
    ///   - checkpoints: where to save checkpoints, such as `.in(folder, every: 1, keeping: .last(3))`.
    ///   - accumulation: the number of batches for each optimizer step.
    ///   - outOfMemory: what to do if there is not enough memory for a training step.
    ///   - data: how much of the data to use.
    ///   - logs: where to write the log, such as `.in(folder)`.
    ///   - seed: the seed of all random generators.
    ///   - deterministic: whether operations must give the same bits every time. With `.acrossRanks`, the results also
    ///     have the same bits on any number of processes.
    ///   - device: where to train. `.auto` is a CUDA device if there is one, and otherwise the CPU.
    ///   - processes: how many processes train together, such as `processes: 2`.
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

    /// Finds the newest checkpoint of a model: the one from which training would resume.
    ///
    /// - Parameters:
    ///   - saveName: the model's `saveName`.
    ///   - folder: the checkpoint folder, as in `checkpoints: .in(folder)`.
    /// - Returns: the file; `nil` if there is none.
    /// - Throws: `CheckpointError` if the folder has checkpoints and none can be read.
    public static func newestCheckpoint(of saveName: String, in folder: URL) throws -> URL? {
        try CheckpointFolder.existing(in: folder, saveName: saveName)?.newest { LibTorch.warn($0) }?.file
    }

    // MARK: Running

    /// Trains the model. If the checkpoint folder contains checkpoints, training resumes from the newest one.
    ///
    /// Without a checkpoint, training starts with new weights, even if the model was trained before; a warning says so.
    /// If the training has already ended, nothing is trained, and none of its hooks is called again; the model gets the
    /// state of the checkpoint.
    ///
    /// - Returns: why training ended, and the state after its last step.
    /// - Throws: any error from a hook, the data, or the file system, after it was logged; `ConfigurationError` if
    ///   there is nothing to do, if the model's name cannot be a file name, if another thread of the process runs a
    ///   trainer, or if no optimizer made a step; `CheckpointError` if the folder contains checkpoints but none can be
    ///   read, if a checkpoint cannot be written, or if another training uses the folder; with `ErrorPolicy.save`, a
    ///   `TrainingError`, which contains the error and the file.
    @discardableResult
    public func fit<Batch>(_ model: Model<Batch>, _ data: DataModule<Batch>) throws -> FitResult {
        // Early, but plug-ins may still give a length.
        if plugins.isEmpty { try options.requireLength() }
        return try run("training", .training, model, data) { try $0.fit() }
    }

    /// Tests the model. The weights come from the given checkpoint, or else from the newest one in the checkpoint
    /// folder. If there is none, `Model.loadForTesting` may load them; otherwise, the model keeps the weights from its
    /// training in this process.
    ///
    /// A line in the log says what was loaded. A model that was trained in this process is not set up again.
    ///
    /// - Parameter checkpoint: the checkpoint to test; if `nil`, the weights are chosen in the order above.
    /// - Returns: the scores, and the number of samples that were skipped.
    /// - Throws: the same errors as `fit`; `CheckpointError` if the checkpoint or the checkpoint folder does not exist;
    ///   `ConfigurationError` if there is nothing to test because there is no checkpoint, no training in this process,
    ///   and no override of `loadForTesting`.
    @discardableResult
    public func test<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws -> TestResult {
        try run("testing", .evaluation, model, data) { try $0.test(checkpoint: checkpoint) }
    }

    /// Tests the model with the checkpoint in a file.
    ///
    /// - Returns: the scores, and the number of samples that were skipped.
    /// - Throws: the same errors as `test(_:_:checkpoint:)` with a `CheckpointChoice`.
    @discardableResult
    public func test<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint file: URL
    ) throws -> TestResult {
        try test(model, data, checkpoint: .file(file))
    }

    /// Returns the results of the model's `predictStep` for each batch of the data module's prediction data. The model
    /// is loaded as for a test.
    ///
    /// - Returns: the predictions for each batch, in order.
    /// - Throws: the same errors as `test`; `DataError` if there is no prediction data.
    public func predict<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws -> [Tensor] {
        var predictions: [Tensor] = []
        try predict(model, data, checkpoint: checkpoint) { predictions.append($0) }
        return predictions
    }

    /// Passes the results of the model's `predictStep` for each batch of the data module's prediction data to `use`,
    /// batch by batch, so that the predictions don't have to fit in memory.
    ///
    /// - Throws: the same errors as `predict` without `use`, and any error that `use` throws.
    public func predict<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil,
        _ use: (Tensor) throws -> Void
    ) throws {
        try run("prediction", .evaluation, model, data) { try $0.predict(checkpoint: checkpoint, use) }
    }

    /// Validates the model with all validation data, without training. The weights are those that a test would use.
    ///
    /// The scores are not added to any curve, and the validation is not counted.
    ///
    /// - Returns: the scores. The scores of validation data with a name have this name as a prefix. They are also in
    ///   `Model.validationScores`.
    /// - Throws: the same errors as `test`; `DataError` if there is no validation data.
    @discardableResult
    public func validate<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws -> Scores {
        try run("validation", .evaluation, model, data) { try $0.validate(checkpoint: checkpoint) }
    }

    /// Sets up the model and the data, loads the weights that a test would use, and switches to evaluation mode. Use
    /// this method to export a model, for example.
    ///
    /// - Parameter body: runs while the data is set up.
    /// - Throws: the same errors as `test`, and what `body` throws.
    public func load<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil,
        _ body: () throws -> Void = {}
    ) throws {
        try run("loading", .evaluation, model, data) {
            try $0.load(checkpoint: checkpoint)
            try body()
        }
    }

    /// Returns the predictions of the checkpoint in a file.
    ///
    /// - Throws: the same errors as `predict(_:_:checkpoint:)` with a `CheckpointChoice`.
    public func predict<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint file: URL
    ) throws -> [Tensor] {
        try predict(model, data, checkpoint: .file(file))
    }

    /// Runs a few batches of everything (training, validation, the states for a checkpoint, the test), so that a
    /// mistake at the end of an epoch shows up immediately instead of after an hour. It reads and writes no files.
    ///
    /// - Parameter limit: the number of batches of each; when training by iterations, the number of iterations.
    /// - Throws: the same errors as `fit`.
    @discardableResult
    public func fastRun<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, limit: Int = 3
    ) throws -> FitResult {
        guard limit > 0 else { throw ConfigurationError("a fast run needs at least one batch, not \(limit)") }
        return try run("fast run", .fastRun(limit: limit), model, data) { try $0.fastRun() }
    }
}
