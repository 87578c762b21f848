import Foundation
import Logging
import TorchDistributed

/// What hooks see of the trainer that calls them: its options, how far the run is, and what they may ask of it.
///
/// `Model.trainer`, `DataModule.trainer` and `Plugin.trainer` are of this type, and `Trainer` conforms to it.
public protocol RunContext: AnyObject {
    /// The options of the run, which do not change while it lasts.
    var options: TrainerOptions { get }
    /// How far training is.
    var state: TrainingState { get }
    /// Whether the optimizer steps with the batch that is being trained.
    var isStepDue: Bool { get }
    /// How many batches' gradients add up to the step that the current batch belongs to.
    var batchesPerStep: Int { get }
    /// Whether the validation that runs is the check before the training.
    var isSanityChecking: Bool { get }
    /// The name of the data that is validated, see `DataModule.addValidation`; `nil` if it has none, or if no
    /// validation runs.
    var validationSet: String? { get }
    /// Whether the epoch that starts is one that the checkpoint is in the middle of, so that `onTrainingEpochStart` was
    /// called for it before.
    var isResumingEpoch: Bool { get }
    /// Whether the data module of the run has validation data.
    var hasValidationData: Bool { get }
    /// The newest checkpoint that is on the disk: the one that training resumed from, then the last saved.
    var lastCheckpoint: URL? { get }
    /// The log of the run: lines of text. For numbers and pictures see `log(_:_:step:)`.
    var logger: Logger { get }
    /// Whether a logger is registered. If none is, a model need not make pictures for `log(_:_:step:)`.
    var hasLoggers: Bool { get }
    /// The file of the log; `nil` if there is none.
    var logFile: URL? { get }

    /// The processes that do the run together; `nil` if there is only this one.
    var world: World? { get }

    /// Ends the training after the step that is under way, with a checkpoint if there is a folder for it.
    func stop()
    /// Prints a line for the user, above the progress bar if there is one, and logs it.
    func print(_ line: String)
    /// Warns the user, and logs the warning.
    func warn(_ message: String)
    /// Hands a value to the loggers, see `Model.log(_:_:step:)`.
    func log(_ name: String, _ value: LoggedValue, step: Int?)
}
