extension TrainerOptions {
    /// When to validate the model, and when that ends training.
    public struct Validation: Sendable, Hashable {
        /// When validations run.
        public var interval: Interval
        /// Ends the training after this many validation cycles in a row for which `Model.haveMetricsImproved` is
        /// false; `nil` disables it.
        public var stopAfter: Int?
        /// The number of batches with which to validate before a new training begins, so that a mistake in the
        /// validation shows up immediately; 0 disables this.
        public var sanityCheck: Int
        /// The maximum number of batches in a validation cycle; `nil` uses all of them.
        public var limit: Int?

        /// Validates at an interval of epochs or iterations, depending on the length.
        ///
        /// - Parameters:
        ///   - units: the interval. With 1, a validation follows each epoch or iteration.
        ///   - stopAfter: the number of validation cycles in a row without improvement after which training ends.
        ///   - sanityCheck: the number of batches with which to validate before a new training begins.
        ///   - limit: the maximum number of batches in a validation cycle.
        public static func every(
            _ units: Int, stopAfter: Int? = nil, sanityCheck: Int = 0, limit: Int? = nil
        ) -> Validation {
            .every(.units(units), stopAfter: stopAfter, sanityCheck: sanityCheck, limit: limit)
        }

        /// Validates at an interval that may end within an epoch, as in `.every(.fraction(0.25))`.
        ///
        /// - Parameters:
        ///   - interval: when validations run.
        ///   - stopAfter: the number of validation cycles in a row without improvement that end the training.
        ///   - sanityCheck: how many batches to validate with before a new training begins.
        ///   - limit: how many batches a validation cycle has at most.
        public static func every(
            _ interval: Interval, stopAfter: Int? = nil, sanityCheck: Int = 0, limit: Int? = nil
        ) -> Validation {
            Validation(interval: interval, stopAfter: stopAfter, sanityCheck: sanityCheck, limit: limit)
        }
    }
}

extension Optional<TrainerOptions.Validation> {
    /// Disables validation.
    public static var never: Self { nil }
}
