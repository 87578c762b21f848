/// How training ended.
public struct FitResult: Sendable, Equatable {
    /// Why training ended.
    public enum Outcome: Sendable, Hashable {
        /// All steps were trained.
        case completed
        /// `Model.shouldTrainingStop` said so.
        case stoppedByModel
        /// `Plugin.shouldTrainingStop` of the plug-in with this name said so.
        case stoppedByPlugin(id: String)
        /// There was no improvement for as many validation cycles as early stopping allows.
        case stoppedEarly
        /// Something from outside ended it; running it again continues with the next step, if there is a checkpoint
        /// folder.
        case interrupted(Interruption)
    }

    /// Why it ended.
    public let outcome: Outcome
    /// The state after the last step.
    public let state: TrainingState
    /// What the last validation found.
    public let validationScores: Scores
    /// How many samples were left out because they failed, for each loader with `onFailure: .skip`.
    public let skippedSamples: SkippedSamples
}

/// What a test found.
public struct TestResult: Sendable, Equatable {
    /// The model's `testScores`.
    public let scores: Scores
    /// How many samples of the test data were left out because they failed, if its loader has `onFailure: .skip`.
    public let skippedSamples: SkippedSamples
}

/// What ends a training before its time, from outside.
public enum Interruption: Sendable, Hashable {
    /// A signal of this number: `SIGINT`, `SIGTERM` or `SIGHUP`.
    case signal(Int32)
    /// The trainer's time limit.
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
