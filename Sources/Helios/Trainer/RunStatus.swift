import Foundation

/// The current state of a trainer's run.
///
/// The trainer shows it to the program, and hooks see it as their `RunContext`. The loop, the environment and what else
/// works for the trainer have the status, and do not know the trainer.
final class RunStatus {
    /// What the run prints and logs.
    let log = RunLog()
    /// The loggers, which get the numbers and pictures that are logged.
    let loggers = LoggerQueue()
    /// The options of the run; between two runs those that the trainer was made with.
    var options: TrainerOptions
    /// The processes that do the run together.
    var ranks = Ranks.alone
    /// What was registered, in that order.
    var plugins: [Plugin] = []
    /// How far training is.
    var state = TrainingState()
    /// How many samples were left out because they failed.
    var skippedSamples = SkippedSamples()
    /// What the batch that is being trained is to the step that it belongs to.
    var accumulation = AccumulationWindow()
    /// The step of values that are logged without one: in a test or a prediction, the last step of the training.
    var loggedStep: Int { testedIteration ?? state.currentIteration }
    /// The last step of the training whose weights are tested; `nil` in a training, and if it is not known.
    var testedIteration: Int?
    /// Whether the validation that runs is the check before the training.
    var isSanityChecking = false
    /// The name of the data that is validated.
    var validationSet: String?
    /// Whether the epoch that starts is one that the checkpoint is in the middle of.
    var isResumingEpoch = false
    /// Whether the data module of the run has validation data.
    var hasValidationData = false
    /// The newest checkpoint that is on the disk.
    var lastCheckpoint: URL?
    /// Whether the training is a part of a resume check, which stops it on purpose.
    var isResumeCheck = false
    /// What the program was configured with, for checkpoints.
    var configuration: StateDict?
    /// Called on rank 0 when a training begins or goes on, once nothing else can train in its folder.
    var whenTrainingBegins: (() throws -> Void)?
    /// Called on all ranks before a checkpoint is restored, with its file and what it was configured with.
    var whenResuming: ((_ checkpoint: URL, _ configuration: StateDict?) throws -> Void)?
    /// Whether a hook asked for the end of the training.
    var stopIsRequested = false

    init(_ options: TrainerOptions) {
        self.options = options
    }

    /// Forgets the run before.
    func beginRun() {
        state = TrainingState()
        skippedSamples = SkippedSamples()
        testedIteration = nil
        accumulation = AccumulationWindow()
        stopIsRequested = false
        log.beginRun()
    }

    /// Keeps what `body` says and logs out of the logs, since an earlier run has logged it already.
    func whileRepeating<Result>(_ body: () throws -> Result) rethrows -> Result {
        try log.whileRepeating { try loggers.whileRepeating(body) }
    }

    /// Says what a run does, if the trainer shows anything, and logs it.
    func announce(_ line: String) {
        if options.display.isEmpty { log.info(line) } else { log.print(line) }
    }
}
