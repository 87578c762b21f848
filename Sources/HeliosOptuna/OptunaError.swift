import Torch

/// Why a study cannot be used. What it has got so far is in its storage.
public struct OptunaError: DescribedError, Equatable {
    /// Why, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Ends a trial that has no prospects: the pruner said so. `Study.optimize` notes it and begins the next trial.
public struct TrialPruned: DescribedError, Equatable {
    /// The number of the trial.
    public let number: Int

    public var description: String { "trial \(number) was pruned" }

    /// The end of a trial.
    public init(number: Int) {
        self.number = number
    }
}

/// Ends a search whose training was interrupted. The trial is resumed when the program runs again.
public struct TrialInterrupted: DescribedError, Equatable {
    /// The number of the trial.
    public let number: Int

    public var description: String { "trial \(number) was interrupted; run the program again to resume it" }

    /// The interruption of a trial.
    public init(number: Int) {
        self.number = number
    }
}
