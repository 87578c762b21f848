import Foundation
import Logging

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
    public internal(set) var options: TrainerOptions

    // MARK: What the run found

    /// How far training is: in every hook, also in one that a resumed run calls before its first step.
    public internal(set) var state = TrainingState()
    /// The log of the run: a file where there is a log folder.
    public internal(set) var logger: Logger
    /// The file of the log, once there is one.
    public internal(set) var logFile: URL?
    /// The newest checkpoint that is on the disk: the one that training went on from, then the last saved.
    public internal(set) var lastCheckpoint: URL?
    /// Whether the validation that runs is the check before the training.
    public internal(set) var isSanityChecking = false
    /// Whether the epoch that starts is one that a checkpoint was in the middle of, so that `onTrainingEpochStart` was
    /// called for it before.
    public internal(set) var isResumingEpoch = false
    /// What was registered, in that order.
    public internal(set) var plugins: [Plugin] = []

    /// What the batch that is being trained is to the step that it belongs to.
    var accumulation = AccumulationWindow()
    /// Whether the data module of the run has validation data.
    var hasValidationData = false

    var console: Console
    private var warnings: Set<String> = []
    private(set) var stopIsRequested = false
    private(set) var isRunning = false
    private var openLogFile: URL?

    /// A trainer with options; `fit` or `test` runs it.
    ///
    /// - Throws: `ConfigurationError` for an option that makes no sense, `TorchError` for a device that is not there.
    public init(_ options: TrainerOptions) throws {
        try options.validate()
        self.options = options
        logger = Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() }
        console = Console()
    }

    /// A trainer with a group of options for each argument, which `TrainerOptions` describes; `fit` or `test` runs it.
    ///
    /// - Parameters:
    ///   - length: how long to train, as in `.epochs(20)`. A trainer without a length tests and predicts.
    ///   - validation: when to validate, as in `.every(1, stopAfter: 5)`.
    ///   - checkpoints: where checkpoints go, as in `.in(folder, every: 1, keeping: .last(3))`.
    ///   - accumulation: how many batches make a step of the optimizer.
    ///   - data: how much of the data is used.
    ///   - logs: where the log goes, as in `.in(folder)`.
    ///   - seed: what all random generators start from.
    ///   - deterministic: whether operations must give the same bits every time.
    ///   - device: where to train; `.auto` is a CUDA device if there is one, and else the CPU.
    ///   - threads: how many threads an operation may use.
    ///   - stopsOnSignals: whether Ctrl-C and the like end the training after the current step.
    ///   - display: what is shown on the terminal.
    ///   - diagnostics: what is looked into besides training.
    /// - Throws: `ConfigurationError` for an option that makes no sense, `TorchError` for a device that is not there.
    public convenience init(
        _ length: TrainerOptions.Length? = nil, validation: TrainerOptions.Validation? = .never,
        checkpoints: TrainerOptions.Checkpoints? = .none, accumulation: TrainerOptions.Accumulation = .batches(1),
        data: TrainerOptions.DataLimits = .all, logs: TrainerOptions.Logs = .none,
        seed: UInt64 = TrainerOptions.defaultSeed, deterministic: Bool = false, device: Device = .auto,
        threads: ThreadCount = .unchanged, stopsOnSignals: Bool = true, display: TrainerOptions.Display = .all,
        diagnostics: TrainerOptions.Diagnostics = []
    ) throws {
        var options = TrainerOptions()
        options.length = length
        options.validation = validation
        options.checkpoints = checkpoints
        options.accumulation = accumulation
        options.data = data
        options.logs = logs
        options.seed = seed
        options.deterministic = deterministic
        options.device = device
        options.threads = threads
        options.stopsOnSignals = stopsOnSignals
        options.display = display
        options.diagnostics = diagnostics
        try self.init(options)
    }

    // MARK: Running

    /// Trains the model, from the newest checkpoint if the checkpoint folder has one.
    ///
    /// Without a checkpoint the training starts from new weights, also if the model was trained before: a warning says so.
    /// A training that has ended already is not trained, and none of its hooks is called again: the model gets the state
    /// of the checkpoint.
    ///
    /// - Returns: why training ended, and the state after its last step.
    /// - Throws: what a hook, the data or the file system threw, after it was logged; `ConfigurationError` where there
    ///   is nothing to do, the model's name cannot be that of a file, another thread of the process runs a trainer, or
    ///   accumulated gradients were never used; `CheckpointError` where the folder has
    ///   checkpoints and none can be read, where one cannot be written, and where another training is at work in the
    ///   folder; with `ErrorPolicy.save`, `TrainingError`, which has the error and the file.
    @discardableResult
    public func fit<Batch>(_ model: Model<Batch>, _ data: DataModule<Batch>) throws -> FitResult {
        // Early, but plug-ins may still give a length.
        if plugins.isEmpty { try requireLength() }
        return try run("training", .full, model, data) { try $0.fit() }
    }

    /// Tests the model: with the checkpoint that is named, else with the newest in the checkpoint folder, else with the
    /// weights that it was trained to in this process, and what `Model.loadForTesting` loads.
    ///
    /// A line says what was loaded. A model that has been trained in this process is not set up again.
    ///
    /// - Parameter checkpoint: the checkpoint to test; nil for the order above.
    /// - Throws: as `fit`; `CheckpointError` if the checkpoint or the checkpoint folder does not exist;
    ///   `ConfigurationError` if there is nothing to test: no checkpoint, no training in this process, and no
    ///   `loadForTesting` of the model's own.
    public func test<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint: CheckpointChoice? = nil
    ) throws {
        try run("testing", .full, model, data) { try $0.test(checkpoint: checkpoint) }
    }

    /// Tests the model with the checkpoint in a file.
    ///
    /// - Throws: as `test(_:_:checkpoint:)` with a `CheckpointChoice`.
    public func test<Batch>(_ model: Model<Batch>, _ data: DataModule<Batch>, checkpoint file: URL) throws {
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
        try run("prediction", .full, model, data) { try $0.predict(checkpoint: checkpoint) }
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
    /// - Parameter steps: how many batches of each; when training by iteration, how many iterations.
    /// - Throws: as `fit`.
    @discardableResult
    public func fastRun<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, steps: Int = 3
    ) throws -> FitResult {
        guard steps > 0 else { throw ConfigurationError("a fast run needs at least one step, not \(steps)") }
        return try run("fast run", .fastRun(steps: steps), model, data) { try $0.fastRun() }
    }

    /// Ends the training after the step that is under way, with a checkpoint where there is a folder. For hooks.
    public func stop() {
        stopIsRequested = true
    }

    /// Prints a line for the user, above the progress bar where there is one, and logs it.
    public func print(_ line: String) {
        console.printLine(line)
        logger.info("\(line)")
    }

    /// Says what a run does, if anybody looks on, and logs it.
    func announce(_ line: String) {
        if !options.display.isEmpty { console.printLine(line) }
        logger.info("\(line)")
    }

    /// Warns the user, and logs it.
    func warn(_ message: String) {
        console.printWarning(message)
        logger.warning("\(message)")
    }

    /// Warns the user of what would come again and again, once in a run.
    func warnOnce(_ message: String) {
        guard warnings.insert(message).inserted else { return }
        warn(message)
    }

    /// Lets `change`, which asks the plug-ins, change the options of the run that begins; then they are fixed.
    func configureRun(_ change: (inout TrainerOptions) throws -> Void) throws {
        var changed = options
        try change(&changed)
        try changed.validate()
        options = changed
    }

    /// Throws if there is nothing to train.
    func requireLength() throws {
        guard options.length == nil else { return }
        throw ConfigurationError(
            "there is nothing to train: say how long, as in Trainer(.epochs(20)) or Trainer(.iterations(1000))")
    }

    /// Does a run of the model between opening the log and closing it.
    func run<Batch, Result>(
        _ what: String, _ kind: RunPlan.Kind, _ model: Model<Batch>, _ data: DataModule<Batch>,
        _ body: (TrainingRun<Batch>) throws -> Result
    ) throws -> Result {
        try ProcessTurn.take("the \(what) of '\(model.saveName)'", device: options.device) {
            guard !isRunning else {
                throw ConfigurationError(
                    "the \(what) was started in a hook of this trainer's own run: do it when that is over, or with "
                        + "another trainer, model and data module")
            }
            isRunning = true
            let madeWith = options
            defer {
                isRunning = false
                options = madeWith
            }
            return try runAlone(what, kind, model, data, body)
        }
    }

    private func runAlone<Batch, Result>(
        _ what: String, _ kind: RunPlan.Kind, _ model: Model<Batch>, _ data: DataModule<Batch>,
        _ body: (TrainingRun<Batch>) throws -> Result
    ) throws -> Result {
        let run = TrainingRun(self, kind, model, data)
        stopIsRequested = false
        warnings = []
        state = TrainingState()
        accumulation = AccumulationWindow()
        defer { closeLog() }
        let result: Result
        do {
            try openLog(run)
            result = try body(run)
        } catch {
            console.endProgress()
            logger.error("\(what) failed in \(run.position): \(error)")
            let checkpoint = options.checkpoints?.onError == .save ? run.saveAfterError(error) : nil
            // The first error is the one to tell; that cleaning up then fails too is its consequence.
            run.teardown { logger.error("cleaning up after that failed too: \($0)") }
            guard let checkpoint else { throw error }
            throw TrainingError(cause: error, checkpoint: checkpoint)
        }
        var failure: (any Error)?
        run.teardown { failure = failure ?? $0 }
        if let failure {
            logger.error("cleaning up after \(what) failed: \(failure)")
            throw failure
        }
        run.printProfile()
        return result
    }

    /// Opens the log that the run writes; again after plug-ins may have changed its name.
    func openLog<Batch>(_ run: TrainingRun<Batch>) throws {
        if options.checkpoints != nil { try Trainer.requireFileName(run.model.saveName, "the model's saveName") }
        guard let place = options.logs.file, run.plan.writesFiles else { return }
        let name = place.name ?? run.model.saveName
        try Trainer.requireFileName(name, "the run's name")
        let file = place.folder.appending(path: "\(name).log")
        guard file != openLogFile else { return }
        logger = Logger(label: name) { [handler = try FileLogHandler(file)] _ in handler }
        logFile = file
        openLogFile = file
    }

    /// Throws for a name that a file cannot have, or that leaves no room for what is always added to it: epoch, iteration
    /// and extension. (Temporary files have names of their own.)
    static func requireFileName(_ name: String, _ what: String) throws {
        guard !name.isEmpty, !name.utf8.contains(0), !name.contains("/"), name != ".", name != "..",
            CheckpointName.longestByteCount(saveName: name) <= CheckpointName.maximumByteCount
        else {
            throw ConfigurationError(
                "\(what) becomes part of the names of files: it must be from 1 to 200 bytes without '/', not "
                    + "'\(VisibleText.of(name))'")
        }
    }

    private func closeLog() {
        openLogFile = nil
        logger = Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() }
    }
}
