/// What training is counted in. The length of a training and the intervals of validations and checkpoints are numbers
/// of these.
public enum TrainingUnit: String, Sendable, CaseIterable {
    /// One pass over the training data.
    case epoch
    /// One step of the optimizer.
    case iteration
}

extension TrainerOptions {
    /// How long to train, and what is counted: epochs or iterations.
    public struct Length: Sendable, Hashable {
        /// What is counted, here and by validations and checkpoints.
        public var unit: TrainingUnit
        /// How many of them to train; `nil` for no limit.
        public var count: Int?
        /// How long a run may take. It stops after the step with which it reaches the limit, and a checkpoint lets the
        /// next run continue. `nil` for no limit.
        public var timeLimit: Duration?

        /// A number of epochs or iterations.
        ///
        /// - Parameters:
        ///   - count: how many; `nil` for no limit.
        ///   - timeLimit: how long a run may take; `nil` for no limit.
        public init(unit: TrainingUnit, count: Int?, timeLimit: Duration? = nil) {
            self.unit = unit
            self.count = count
            self.timeLimit = timeLimit
        }

        /// A number of epochs.
        ///
        /// - Parameter timeLimit: how long a run may take; `nil` for no limit.
        public static func epochs(_ count: Int, timeLimit: Duration? = nil) -> Length {
            Length(unit: .epoch, count: count, timeLimit: timeLimit)
        }

        /// A number of iterations, each of which is one step of the optimizer.
        ///
        /// - Parameter timeLimit: how long a run may take; `nil` for no limit.
        public static func iterations(_ count: Int, timeLimit: Duration? = nil) -> Length {
            Length(unit: .iteration, count: count, timeLimit: timeLimit)
        }

        /// Until early stopping, `Model.shouldTrainingStop`, a plug-in or the time limit ends the training.
        ///
        /// - Parameters:
        ///   - unit: what validations and checkpoints count.
        ///   - timeLimit: how long a run may take; `nil` for no limit.
        public static func unlimited(_ unit: TrainingUnit = .epoch, timeLimit: Duration? = nil) -> Length {
            Length(unit: unit, count: nil, timeLimit: timeLimit)
        }

        /// Whether nothing is left to train after this number of units.
        func isReached(by done: Int) -> Bool {
            count.map { done >= $0 } ?? false
        }
    }

    /// What the run counts; epochs if there is no length.
    var unit: TrainingUnit { length?.unit ?? .epoch }
}
