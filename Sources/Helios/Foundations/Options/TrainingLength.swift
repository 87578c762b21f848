/// The unit in which training is counted. The length of training and the intervals of validations and checkpoints are
/// given in this unit.
public enum TrainingUnit: String, Sendable, CaseIterable {
    /// One pass over the training data.
    case epoch
    /// One step of the optimizer.
    case iteration
}

extension TrainerOptions {
    /// How long to train, in epochs or iterations.
    public struct Length: Sendable, Hashable {
        /// The unit of the length, and of the intervals of validations and checkpoints.
        public var unit: TrainingUnit
        /// The number of epochs or iterations to train; `nil` for no limit.
        public var count: Int?
        /// How much to train before early stopping, the model or a plug-in may end the training; `nil` for nothing.
        ///
        /// Until then what they ask for is deferred: they are asked again, as usual, and the training ends if they still
        /// say so. What comes from outside, such as a signal, `Trainer.stop()` and the time limit, ends it at once.
        public var minimum: Minimum?
        /// How long a run may take. It stops after the step with which it reaches the limit, and a checkpoint lets the
        /// next run continue. `nil` for no limit.
        public var timeLimit: Duration?

        /// Creates a length from a number of epochs or iterations.
        ///
        /// - Parameters:
        ///   - count: how many; `nil` for no limit.
        ///   - minimum: how much to train before anything but an interruption ends the training; `nil` for nothing.
        ///   - timeLimit: how long a run may take; `nil` for no limit.
        public init(unit: TrainingUnit, count: Int?, minimum: Minimum? = nil, timeLimit: Duration? = nil) {
            self.unit = unit
            self.count = count
            self.minimum = minimum
            self.timeLimit = timeLimit
        }

        /// Trains for a number of epochs.
        ///
        /// - Parameters:
        ///   - minimum: how much to train before early stopping, the model or a plug-in may end the training, as in
        ///     `atLeast: .epochs(10)`; `nil` for nothing.
        ///   - timeLimit: how long a run may take; `nil` for no limit.
        public static func epochs(
            _ count: Int, atLeast minimum: Minimum? = nil, timeLimit: Duration? = nil
        ) -> Length {
            Length(unit: .epoch, count: count, minimum: minimum, timeLimit: timeLimit)
        }

        /// Trains for a number of iterations, each of which is one optimizer step.
        ///
        /// - Parameters:
        ///   - minimum: how much to train before early stopping, the model or a plug-in may end the training; a number
        ///     of iterations, or `nil` for nothing.
        ///   - timeLimit: how long a run may take; `nil` for no limit.
        public static func iterations(
            _ count: Int, atLeast minimum: Minimum? = nil, timeLimit: Duration? = nil
        ) -> Length {
            Length(unit: .iteration, count: count, minimum: minimum, timeLimit: timeLimit)
        }

        /// Trains until early stopping, `Model.shouldTrainingStop`, a plug-in, or the time limit ends training.
        ///
        /// - Parameters:
        ///   - unit: what validations and checkpoints count.
        ///   - minimum: how much to train before anything but an interruption ends the training; `nil` for nothing.
        ///   - timeLimit: how long a run may take; `nil` for no limit.
        public static func unlimited(
            _ unit: TrainingUnit = .epoch, atLeast minimum: Minimum? = nil, timeLimit: Duration? = nil
        ) -> Length {
            Length(unit: unit, count: nil, minimum: minimum, timeLimit: timeLimit)
        }

        /// How much to train at least.
        public enum Minimum: Sendable, Hashable {
            /// A number of epochs; the length must count epochs.
            case epochs(Int)
            /// A number of iterations. When training by epoch, each batch is one.
            case iterations(Int)

            /// How many there are, and of what.
            var amount: (count: Int, unit: TrainingUnit) {
                switch self {
                case .epochs(let count): (count, .epoch)
                case .iterations(let count): (count, .iteration)
                }
            }

            /// For messages: how a length is given it.
            var text: String { "atLeast: .\(amount.unit)s(\(amount.count))" }
        }

        /// Whether nothing is left to train after this number of units.
        func isReached(by done: Int) -> Bool {
            count.map { done >= $0 } ?? false
        }
    }

    /// What the run counts; epochs if there is no length.
    var unit: TrainingUnit { length?.unit ?? .epoch }
}
