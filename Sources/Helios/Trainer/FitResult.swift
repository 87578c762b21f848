/// How training ended.
public struct FitResult: Sendable, Equatable {
    /// Why training ended.
    public enum Outcome: String, Sendable {
        /// All steps were trained.
        case completed
        /// `Model.shouldTrainingStop` said so.
        case stoppedByModel
        /// There was no improvement for as many validation cycles as early stopping allows.
        case stoppedEarly
    }

    /// Why it ended.
    public let outcome: Outcome
    /// The state after the last step.
    public let state: TrainingState
}
