/// What training is counted in: totals and frequencies are numbers of these.
public enum TrainingUnit: String, Sendable, CaseIterable {
    /// A pass over the training data, or a step of the optimiser.
    case epoch, iteration
}

/// How long to train: a number of units, or until something else ends it.
public enum StepLimit: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// So many units.
    case steps(Int)
    /// Until early stopping, `Model.shouldTrainingStop` or an error.
    case infinite

    /// A number of units, as in `totalSteps: 20`.
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
