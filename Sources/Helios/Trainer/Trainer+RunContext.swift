import Foundation
import Logging
import TorchDistributed

// What hooks and the program see of a run.
extension Trainer: PluginContext {
    /// How far training is: in every hook, also in one that a resumed run calls before its first step.
    public var state: TrainingState { status.state }

    /// Whether the model's optimizer steps with the batch that is being trained. Always true without accumulation.
    public var isStepDue: Bool { status.accumulation.isComplete }

    /// How many batches' gradients add up to the step that the current batch belongs to.
    public var batchesPerStep: Int { status.accumulation.batchCount }

    /// Whether the validation that runs is the check before the training.
    public var isSanityChecking: Bool { status.isSanityChecking }

    /// The name of the data that is validated, see `DataModule.addValidation`; `nil` if it has none, or if no
    /// validation runs.
    public var validationSet: String? { status.validationSet }

    /// Whether the epoch that starts is one that a checkpoint was in the middle of, so that `onTrainingEpochStart` was
    /// called for it before.
    public var isResumingEpoch: Bool { status.isResumingEpoch }

    /// Whether the data module of the run has validation data.
    public var hasValidationData: Bool { status.hasValidationData }

    /// The newest checkpoint that is on the disk: the one that training resumed from, then the last saved.
    public var lastCheckpoint: URL? { status.lastCheckpoint }

    /// What was registered, in that order.
    public var plugins: [Plugin] { status.plugins }

    /// What the program was configured with: each checkpoint has it, under `configuration`. Nothing reads it there but
    /// people and tools.
    public var configuration: StateDict? {
        get { status.configuration }
        set { status.configuration = newValue }
    }

    /// Called on rank 0 when a training begins or goes on, once nothing else can train in its folder.
    package var whenTrainingBegins: (() throws -> Void)? {
        get { status.whenTrainingBegins }
        set { status.whenTrainingBegins = newValue }
    }

    /// The log of the run: a file if the options name one.
    public var logger: Logger { log.logger }

    /// The file of the log, once there is one.
    public var logFile: URL? { log.file }

    /// Waits until all processes that train together have come here; returns at once if there is one. For files, say,
    /// that rank 0 writes and all read.
    ///
    /// - Throws: `DistributedError` if one does not come in time.
    public func waitForRanks() throws {
        try (World.current ?? world)?.group.barrier()
    }

    /// Ends the training after the step that is under way, with a checkpoint if there is a folder. For hooks.
    public func stop() {
        status.stopIsRequested = true
    }

    /// Prints a line for the user, above the progress bar if there is one, and logs it.
    public func print(_ line: String) {
        log.print(line)
    }

    /// Warns the user, and logs the warning.
    public func warn(_ message: String) {
        guard status.ranks.isFirst else {
            return console.printWarning("rank \(status.ranks.rank): \(message)")
        }
        log.warn(message)
    }

    /// The processes that do the run together; `nil` if there is only this one, and outside a run.
    public var world: World? { status.ranks.world }

    /// Whether a logger was registered.
    public var hasLoggers: Bool { !status.loggers.isEmpty }

    /// Hands a value to the loggers, see `Model.log(_:_:step:)`. Outside a run with a folder for logs, it has no
    /// effect.
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
