import Foundation
import Logging
import TorchDistributed

/// The hooks' view of the trainer that calls them: its options, the progress of the run, and what hooks can ask of it.
///
/// `Model.trainer`, `DataModule.trainer`, and `Plugin.trainer` are of this type, and `Trainer` conforms to it.
public protocol RunContext: AnyObject {
    /// The options of the run. They do not change during the run.
    var options: TrainerOptions { get }
    /// The progress of training.
    var state: TrainingState { get }
    /// Whether the optimizer steps with the current training batch.
    var isStepDue: Bool { get }
    /// The number of batches whose gradients are accumulated for the step to which the current batch belongs.
    var batchesPerStep: Int { get }
    /// Whether the current validation is the sanity check before training.
    var isSanityChecking: Bool { get }
    /// The name of the data that is being validated (see `DataModule.addValidation`); `nil` if it has no name, or if no
    /// validation is running.
    var validationSet: String? { get }
    /// Whether the epoch that starts is resumed in the middle, so that `onTrainingEpochStart` was already called for it
    /// before.
    var isResumingEpoch: Bool { get }
    /// Whether the data module of the run has validation data.
    var hasValidationData: Bool { get }
    /// The newest checkpoint on disk: the one that training resumed from, and later the last one that was saved.
    var lastCheckpoint: URL? { get }
    /// The log of the run, which contains lines of text. For numbers and images, see `log(_:_:step:)`.
    var logger: Logger { get }
    /// Whether a logger is registered. If none is, a model does not have to create images for `log(_:_:step:)`.
    var hasLoggers: Bool { get }
    /// The log file; `nil` if there is none.
    var logFile: URL? { get }

    /// The processes that perform the run together; `nil` if there is only this one.
    var world: World? { get }

    /// Ends training after the current step. If there is a checkpoint folder, a checkpoint is saved.
    func stop()
    /// Prints a line for the user, above the progress bar if there is one, and logs it.
    func print(_ line: String)
    /// Shows a warning to the user and logs it.
    func warn(_ message: String)
    /// Passes a value to the loggers; see `Model.log(_:_:step:)`.
    func log(_ name: String, _ value: LoggedValue, step: Int?)
}
