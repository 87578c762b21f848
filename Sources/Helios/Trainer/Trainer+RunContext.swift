import Foundation
import Logging
import TorchDistributed

// What hooks and the program see of a run.
extension Trainer: PluginContext {
    /// The progress of training. It is up to date in every hook, including those that a resumed run calls before its
    /// first step.
    public var state: TrainingState { status.state }

    /// Whether the model's optimizer steps with the current training batch. Always true without accumulation.
    public var isStepDue: Bool { status.accumulation.isComplete }

    /// The number of batches whose gradients are accumulated for the step to which the current batch belongs.
    public var batchesPerStep: Int { status.accumulation.batchCount }

    /// Whether the current validation is the sanity check before training.
    public var isSanityChecking: Bool { status.isSanityChecking }

    /// The name of the data that is being validated (see `DataModule.addValidation`); `nil` if it has no name, or if no
    /// validation is running.
    public var validationSet: String? { status.validationSet }

    /// Whether the epoch that starts is resumed in the middle, so that `onTrainingEpochStart` was already called for it
    /// before.
    public var isResumingEpoch: Bool { status.isResumingEpoch }

    /// Whether the data module of the run has validation data.
    public var hasValidationData: Bool { status.hasValidationData }

    /// The newest checkpoint on disk: the one that training resumed from, and later the last one that was saved.
    public var lastCheckpoint: URL? { status.lastCheckpoint }

    /// The registered plug-ins, in the order of registration.
    public var plugins: [Plugin] { status.plugins }

    /// The configuration of the program, which each checkpoint contains under `configuration`. People and tools read it
    /// there, and so does a program that resumes (`TrainingCommand`).
    public var configuration: StateDict? {
        get { status.configuration }
        set { status.configuration = newValue }
    }

    /// Called on rank 0 when a training begins or goes on, once nothing else can train in its folder.
    package var whenTrainingBegins: (() throws -> Void)? {
        get { status.whenTrainingBegins }
        set { status.whenTrainingBegins = newValue }
    }

    /// Called on all ranks before a training resumes, with the checkpoint and its `configuration`. What it throws ends the
    /// run before anything is restored.
    package var whenResuming: ((_ checkpoint: URL, _ configuration: StateDict?) throws -> Void)? {
        get { status.whenResuming }
        set { status.whenResuming = newValue }
    }

    /// Prints a line, or only logs it if the display is empty.
    package func announce(_ line: String) { status.announce(line) }

    /// The log of the run, which is a file if the options specify one.
    public var logger: Logger { log.logger }

    /// The log file, once it exists.
    public var logFile: URL? { log.file }

    /// Waits until all processes that train together have reached this call; returns at once if there is only one. Use
    /// it, for example, for files that rank 0 writes and all ranks read.
    ///
    /// - Throws: `DistributedError` if a process does not arrive in time.
    public func waitForRanks() throws {
        try (World.current ?? world)?.group.barrier()
    }

    /// Ends training after the current step, with a checkpoint if there is a checkpoint folder. Call it in hooks.
    public func stop() {
        status.stopIsRequested = true
    }

    /// Prints a line for the user, above the progress bar if there is one, and logs it.
    public func print(_ line: String) {
        log.print(line)
    }

    /// Shows a warning to the user and logs it.
    public func warn(_ message: String) {
        guard status.ranks.isFirst else {
            return console.printWarning("rank \(status.ranks.rank): \(message)")
        }
        log.warn(message)
    }

    /// The processes that perform the run together; `nil` if there is only this one, and outside a run.
    public var world: World? { status.ranks.world }

    /// Whether a logger is registered.
    public var hasLoggers: Bool { !status.loggers.isEmpty }

    /// Passes a value to the loggers; see `Model.log(_:_:step:)`. Outside a run with a log folder, this has no effect.
    public func log(_ name: String, _ value: LoggedValue, step: Int? = nil) {
        guard hasLoggers else { return }
        if case .scalar = value {} else { noteUnsupported(value.kind) }
        status.loggers.add(LogRecord(name: name, step: step ?? status.loggedStep, value: value))
    }

    /// Says once which loggers cannot show values of a kind: a warning only if none can.
    private func noteUnsupported(_ kind: LoggedKind) {
        let (ids, isShown) = status.loggers.whoCannotShow(kind)
        guard !ids.isEmpty else { return }
        let list = ids.map { "'\($0)'" }.joined(separator: ", ")
        log.noteOnce(
            "values of the kind \(kind.rawValue) are left out by the logger\(ids.count == 1 ? "" : "s") \(list), which cannot "
                + "show them",
            isWarning: !isShown)
    }

    /// What the trainer prints and logs.
    var log: RunLog { status.log }

    /// What the user sees.
    var console: Console {
        get { log.console }
        set { log.console = newValue }
    }
}
