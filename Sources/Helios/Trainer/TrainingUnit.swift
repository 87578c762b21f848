/// What training is counted in: totals and frequencies are numbers of these.
public enum TrainingUnit: String, Sendable, CaseIterable {
    case epoch, iteration
}

/// How long to train: a number of units, or until something else ends it.
public enum StepLimit: Hashable, Sendable, ExpressibleByIntegerLiteral {
    case steps(Int)
    /// Until early stopping, `Model.shouldTrainingStop` or an error.
    case infinite

    public init(integerLiteral value: Int) {
        self = .steps(value)
    }

    /// The number of steps; nil without a limit.
    public var count: Int? {
        if case .steps(let count) = self { count } else { nil }
    }

    func isReached(by steps: Int) -> Bool {
        if case .steps(let limit) = self { steps >= limit } else { false }
    }
}
