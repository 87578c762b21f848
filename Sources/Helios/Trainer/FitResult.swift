/// The result of training.
public struct FitResult: Sendable, Equatable {
    /// Why training ended.
    public enum Outcome: Sendable, Hashable {
        /// All steps were trained.
        case completed
        /// `Model.shouldTrainingStop` returned true.
        case stoppedByModel
        /// `Plugin.shouldTrainingStop` of the plug-in with this id returned true.
        case stoppedByPlugin(id: String)
        /// Early stopping ended training: there was no improvement for as many validation cycles as it allows.
        case stoppedEarly
        /// Something from outside ended training. If there is a checkpoint folder, running the training again continues
        /// with the next step.
        case interrupted(Interruption)
    }

    /// Why training ended.
    public let outcome: Outcome
    /// The state after the last step.
    public let state: TrainingState
    /// The results of the last validation.
    public let validationScores: Scores
    /// How many samples were skipped because they failed, for each loader with `onFailure: .skip`.
    public let skippedSamples: SkippedSamples
}

/// The result of a test.
public struct TestResult: Sendable, Equatable {
    /// The model's `testScores`.
    public let scores: Scores
    /// How many samples of the test data were skipped because they failed, if its loader has `onFailure: .skip`.
    public let skippedSamples: SkippedSamples
}

/// What ends training early, from outside.
public enum Interruption: Sendable, Hashable {
    /// A signal with this number: `SIGINT`, `SIGTERM`, or `SIGHUP`.
    case signal(Int32)
    /// The time limit of the trainer.
    case timeLimit
    /// `Trainer.stop()`.
    case request
}

extension Interruption {
    /// A number for the other ranks; 0 stands for no interruption.
    var code: Int {
        switch self {
        case .request: 1
        case .timeLimit: 2
        case .signal(let number): 100 + Int(number)
        }
    }

    init?(code: Int) {
        switch code {
        case 1: self = .request
        case 2: self = .timeLimit
        case 100...: self = .signal(Int32(clamping: code - 100))
        default: return nil
        }
    }
}

extension FitResult.Outcome: CustomStringConvertible {
    public var description: String {
        switch self {
        case .completed: "completed"
        case .stoppedByModel: "stopped by the model"
        case .stoppedByPlugin(let id): "stopped by the plug-in '\(id)'"
        case .stoppedEarly: "stopped early"
        case .interrupted(let interruption): "interrupted by \(interruption)"
        }
    }
}

extension Interruption: CustomStringConvertible {
    public var description: String {
        switch self {
        case .signal(let number): SignalWatch.name(of: number)
        case .timeLimit: "the time limit"
        case .request: "Trainer.stop()"
        }
    }
}
