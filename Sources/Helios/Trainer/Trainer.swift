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
    /// A name for the run, in the log file's name; the model's name unless given.
    public let runName: String?
    /// What is counted: `totalSteps` and the frequencies are numbers of these.
    public let trainUnit: TrainingUnit
    /// How long to train.
    public let totalSteps: StepLimit
    /// Validates after every so many units; never where nil.
    public let validFrequency: Int?
    /// Saves a checkpoint after every so many units; never where nil.
    public let checkpointFrequency: Int?
    /// Tells `onTrainingBatchEnd` to log after every so many iterations; never where nil.
    public let printFrequency: Int?
    /// How many batches go into one step of the optimiser. The model does the accumulating; when training by
    /// iteration, an iteration is that many batches.
    public let accumulationSteps: Int
    /// Stops after so many validation cycles without improvement; never where nil.
    public let earlyStopCycles: Int?
    /// Whether operations must give the same bits every time, on a CUDA device too.
    public let deterministic: Bool
    /// What all random generators start from.
    public let randomSeed: UInt64
    /// Where to train.
    public let device: Device
    /// Where checkpoints go: into a folder of the model's name inside.
    public let checkpointRoot: URL?
    /// Where the log file goes; there is none where nil.
    public let logRoot: URL?
    /// Whether progress is shown.
    public let showsProgress: Bool
    /// Whether the banner is shown at the start.
    public let printsBanner: Bool

    /// The log of the run: a file where there is a log folder.
    public internal(set) var logger: Logger
    /// The file of the log, once there is one.
    public internal(set) var logFile: URL?
    /// The newest checkpoint: the one that training went on from, then the last saved.
    public internal(set) var lastCheckpoint: URL?

    var console: Console

    /// A trainer; `fit` or `test` runs it.
    ///
    /// - Throws: `ConfigurationError` for options that contradict each other, `TorchError` for a device that is not
    ///   there.
    public init(
        runName: String? = nil, trainUnit: TrainingUnit = .epoch, totalSteps: StepLimit = 0,
        validFrequency: Int? = nil, checkpointFrequency: Int? = nil, printFrequency: Int? = nil,
        accumulationSteps: Int = 1, earlyStopCycles: Int? = nil, deterministic: Bool = false,
        randomSeed: UInt64 = Helios.defaultSeed, device: Device = .cpu, checkpointRoot: URL? = nil,
        logRoot: URL? = nil, showsProgress: Bool = true, printsBanner: Bool = true
    ) throws {
        self.runName = runName
        self.trainUnit = trainUnit
        self.totalSteps = totalSteps
        self.validFrequency = validFrequency
        self.checkpointFrequency = checkpointFrequency
        self.printFrequency = printFrequency
        self.accumulationSteps = accumulationSteps
        self.earlyStopCycles = earlyStopCycles
        self.deterministic = deterministic
        self.randomSeed = randomSeed
        self.device = device
        self.checkpointRoot = checkpointRoot
        self.logRoot = logRoot
        self.showsProgress = showsProgress
        self.printsBanner = printsBanner
        logger = Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() }
        console = Console()
        try validate()
    }

    /// Trains the model, from the newest checkpoint if the checkpoint folder has one.
    ///
    /// - Throws: what a hook, the data or the file system threw, after it was logged; `ConfigurationError` where there
    ///   is nothing to do, or the model's name cannot be that of a file; `CheckpointError` where the folder has
    ///   checkpoints and none can be read.
    @discardableResult
    public func fit<Batch>(_ model: Model<Batch>, _ data: DataModule<Batch>) throws -> FitResult {
        if let steps = totalSteps.count, steps < 1 {
            throw ConfigurationError(
                "there is nothing to train: totalSteps is \(steps); give the number of \(trainUnit)s")
        }
        return try run("training", model, data) { try $0.fit() }
    }

    /// Tests the model: with the newest checkpoint if the checkpoint folder has one, else with what
    /// `Model.loadForTesting` loads.
    ///
    /// - Throws: as `fit`.
    public func test<Batch>(_ model: Model<Batch>, _ data: DataModule<Batch>) throws {
        try run("testing", model, data) { try $0.test() }
    }

    /// Prints a line for the user, above the progress bar where there is one, and logs it.
    public func print(_ line: String) {
        console.printLine(line)
        logger.info("\(line)")
    }

    private func run<Batch, Result>(
        _ what: String, _ model: Model<Batch>, _ data: DataModule<Batch>, _ body: (TrainingRun<Batch>) throws -> Result
    ) throws -> Result {
        if checkpointRoot != nil { try Trainer.requireFileName(model.saveName, "the model's saveName") }
        let logName = runName ?? model.saveName
        if logRoot != nil { try Trainer.requireFileName(logName, "the run's name") }

        let run = TrainingRun(self, model, data)
        try openLog(named: logName)
        defer { closeLog() }
        let result: Result
        do {
            result = try body(run)
        } catch {
            console.endProgress()
            let state = run.state
            logger.error("\(what) failed in epoch \(state.globalEpoch), batch \(state.globalIteration): \(error)")
            // The first error is the one to tell; that cleaning up then fails too is its consequence.
            try? data.teardown()
            throw error
        }
        do {
            try data.teardown()
        } catch {
            logger.error("cleaning up after \(what) failed: \(error)")
            throw error
        }
        return result
    }
}

extension Trainer {
    private func validate() throws {
        for (name, value) in [
            ("validFrequency", validFrequency), ("checkpointFrequency", checkpointFrequency),
            ("printFrequency", printFrequency), ("earlyStopCycles", earlyStopCycles),
            ("accumulationSteps", accumulationSteps),
        ] {
            if let value, value < 1 {
                throw ConfigurationError("\(name) must be positive, not \(value); leave it out for never")
            }
        }
        if let steps = totalSteps.count, steps < 0 {
            throw ConfigurationError("totalSteps must not be negative, and is \(steps)")
        }
        if earlyStopCycles != nil, validFrequency == nil {
            throw ConfigurationError(
                "earlyStopCycles counts validation cycles, and without validFrequency there are none")
        }
        if checkpointFrequency != nil, checkpointRoot == nil {
            throw ConfigurationError("checkpointFrequency was given without checkpointRoot: say where checkpoints go")
        }
        for (name, folder) in [("checkpointRoot", checkpointRoot), ("logRoot", logRoot)] {
            var isFolder: ObjCBool = false
            if let folder, !folder.isFileURL {
                throw ConfigurationError("\(name) must be a folder of this machine, not \(folder.absoluteString)")
            }
            if let folder, FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
                !isFolder.boolValue
            {
                throw ConfigurationError("\(name) must be a folder, and \(folder.path) is a file")
            }
        }
        try device.ensureAvailable()
    }

    /// Throws for a name that a file cannot have, or that leaves no room for what is added to it.
    private static func requireFileName(_ name: String, _ what: String) throws {
        guard !name.isEmpty, !name.utf8.contains(0), !name.contains("/"), name != ".", name != "..",
            name.utf8.count <= 200
        else {
            throw ConfigurationError(
                "\(what) becomes part of the names of files: it must be from 1 to 200 bytes without '/', not "
                    + "'\(name)'")
        }
    }

    private func openLog(named name: String) throws {
        guard let logRoot else { return }
        let file = logRoot.appending(path: "\(name).log")
        logger = Logger(label: name) { [handler = try FileLogHandler(file)] _ in handler }
        logFile = file
    }

    private func closeLog() {
        logger = Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() }
    }
}
