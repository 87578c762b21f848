import Foundation
import Logging

/// Runs the training, validation and testing of a model, saves checkpoints and goes on from them.
///
/// ```swift
/// let trainer = try Trainer(
///     trainUnit: .epoch, totalSteps: 20, validFrequency: 1, checkpointFrequency: 1,
///     checkpointRoot: URL(filePath: "runs/checkpoints"))
/// try trainer.fit(model, data)
/// ```
/// `fit` in a folder that has a checkpoint goes on from the newest one, to the bit.
public final class Trainer {
    // MARK: What to train

    /// A name for the run, in the log file's name; the model's name unless given.
    public var runName: String?
    /// What is counted: `totalSteps` and the frequencies are numbers of these.
    public let trainUnit: TrainingUnit
    /// How long to train.
    public var totalSteps: StepLimit
    /// How long to train by the clock; a run that is over it stops as with a signal. No limit where nil.
    public var timeLimit: Duration?
    /// Validates after every so many units; never where nil.
    public var validFrequency: Int?
    /// Saves a checkpoint every n units; `nil` saves only at the end of the training, and at an interruption.
    public var checkpointFrequency: Int?
    /// Tells `onTrainingBatchEnd` to log after every so many iterations; never where nil.
    public var printFrequency: Int?
    /// How many batches go into one step of the optimizer. The model does the accumulating, by `Model.isStepDue` and
    /// `Model.batchesPerStep`; when training by iteration, an iteration is that many batches.
    public let accumulationSteps: Int
    /// What happens to the batches at the end of an epoch that are fewer than `accumulationSteps`.
    public let accumulationRemainder: AccumulationRemainder
    /// Stops after so many validation cycles without improvement; never where nil.
    public var earlyStopCycles: Int?

    // MARK: Less than everything

    /// Validates with so many batches before a new training begins, so that what is wrong with the validation shows at
    /// once; 0 for not.
    public var sanityCheckSteps: Int
    /// Ends each training epoch after so many batches; never where nil.
    public var trainBatchLimit: Int?
    /// Ends each validation cycle after so many batches; never where nil.
    public var validBatchLimit: Int?
    /// Ends the test after so many batches; never where nil.
    public var testBatchLimit: Int?
    /// Trains with the first so many batches only, in the order of their numbers, and validates with the same: a network
    /// that cannot learn those by heart has a fault. Not where nil.
    public var overfitBatches: Int?

    // MARK: How to train

    /// Whether operations must give the same bits every time, on a CUDA device too.
    public let deterministic: Bool
    /// What all random generators start from.
    public let randomSeed: UInt64
    /// Where to train.
    public let device: Device
    /// How many threads an operation may use. What the process had set comes back when the run is over.
    public let threads: ThreadCount
    /// Whether SIGINT, SIGTERM and SIGHUP end the training after the step that is under way, with a checkpoint; a second
    /// SIGINT or SIGTERM ends the process at once.
    public let handlesSignals: Bool

    // MARK: What is written and shown

    /// Where checkpoints go: into a folder of the model's name inside.
    public var checkpointRoot: URL?
    /// Whether training waits until a checkpoint is on the disk.
    public var checkpointWriting: CheckpointWriteMode
    /// Which checkpoints stay.
    public var checkpointRetention: CheckpointRetention
    /// Which options a resumed run uses: the checkpoint's, or those that the program says now.
    public var onResume: ResumePolicy
    /// Whether an error that ends the training leaves a checkpoint, `<saveName>_error_epoch_<e>_iter_<i>.pth`, in the
    /// checkpoint folder. No training resumes from it by itself: the error may have come in the middle of a step.
    public var saveOnError: Bool
    /// Where the log file goes; there is none where nil.
    public var logRoot: URL?
    /// Whether progress is shown.
    public let showsProgress: Bool
    /// Whether the banner is shown at the start.
    public let printsBanner: Bool
    /// Whether a table of where the time went is printed at the end.
    public var profile: Bool
    /// Whether every layer's output is checked: the first that is not finite is an error that names the layer. Slow;
    /// for finding out where a NaN comes from.
    public var nanGuard: Bool

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

    /// A trainer; `fit` or `test` runs it.
    ///
    /// - Throws: `ConfigurationError` for options that contradict each other, `TorchError` for a device that is not
    ///   there.
    public init(
        runName: String? = nil, trainUnit: TrainingUnit = .epoch, totalSteps: StepLimit = 0,
        timeLimit: Duration? = nil, validFrequency: Int? = nil, checkpointFrequency: Int? = nil,
        printFrequency: Int? = nil, accumulationSteps: Int = 1,
        accumulationRemainder: AccumulationRemainder = .step, earlyStopCycles: Int? = nil,
        sanityCheckSteps: Int = 0, trainBatchLimit: Int? = nil, validBatchLimit: Int? = nil,
        testBatchLimit: Int? = nil, overfitBatches: Int? = nil, deterministic: Bool = false,
        randomSeed: UInt64 = Helios.defaultSeed, device: Device = .cpu, threads: ThreadCount = .unchanged,
        handlesSignals: Bool = true, checkpointRoot: URL? = nil, checkpointWriting: CheckpointWriteMode = .sync,
        checkpointRetention: CheckpointRetention = .all, onResume: ResumePolicy = .keep, saveOnError: Bool = false,
        logRoot: URL? = nil, showsProgress: Bool = true, printsBanner: Bool = true, profile: Bool = false,
        nanGuard: Bool = false
    ) throws {
        self.runName = runName
        self.trainUnit = trainUnit
        self.totalSteps = totalSteps
        self.timeLimit = timeLimit
        self.validFrequency = validFrequency
        self.checkpointFrequency = checkpointFrequency
        self.printFrequency = printFrequency
        self.accumulationSteps = accumulationSteps
        self.accumulationRemainder = accumulationRemainder
        self.earlyStopCycles = earlyStopCycles
        self.sanityCheckSteps = sanityCheckSteps
        self.trainBatchLimit = trainBatchLimit
        self.validBatchLimit = validBatchLimit
        self.testBatchLimit = testBatchLimit
        self.overfitBatches = overfitBatches
        self.deterministic = deterministic
        self.randomSeed = randomSeed
        self.device = device
        self.threads = threads
        self.handlesSignals = handlesSignals
        self.checkpointRoot = checkpointRoot
        self.checkpointWriting = checkpointWriting
        self.checkpointRetention = checkpointRetention
        self.onResume = onResume
        self.saveOnError = saveOnError
        self.logRoot = logRoot
        self.showsProgress = showsProgress
        self.printsBanner = printsBanner
        self.profile = profile
        self.nanGuard = nanGuard
        logger = Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() }
        console = Console()
        try validateOptions()
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
    ///   folder; with `saveOnError`, `TrainingError`, which has the error and the file.
    @discardableResult
    public func fit<Batch>(_ model: Model<Batch>, _ data: DataModule<Batch>) throws -> FitResult {
        // Early, but plug-ins may still say how many.
        if plugins.isEmpty { try requireSteps() }
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
        if printsBanner || showsProgress { console.printLine(line) }
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

    /// Does a run of the model between opening the log and closing it.
    func run<Batch, Result>(
        _ what: String, _ kind: RunPlan.Kind, _ model: Model<Batch>, _ data: DataModule<Batch>,
        _ body: (TrainingRun<Batch>) throws -> Result
    ) throws -> Result {
        try ProcessTurn.take("the \(what) of '\(model.saveName)'", device: device) {
            guard !isRunning else {
                throw ConfigurationError(
                    "the \(what) was started in a hook of this trainer's own run: do it when that is over, or with "
                        + "another trainer, model and data module")
            }
            isRunning = true
            defer { isRunning = false }
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
            let checkpoint = saveOnError ? run.saveAfterError(error) : nil
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
        if checkpointRoot != nil { try Trainer.requireFileName(run.model.saveName, "the model's saveName") }
        guard let logRoot, run.plan.writesFiles else { return }
        let name = runName ?? run.model.saveName
        try Trainer.requireFileName(name, "the run's name")
        let file = logRoot.appending(path: "\(name).log")
        guard file != openLogFile else { return }
        logger = Logger(label: name) { [handler = try FileLogHandler(file)] _ in handler }
        logFile = file
        openLogFile = file
    }

    private func closeLog() {
        openLogFile = nil
        logger = Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() }
    }
}
