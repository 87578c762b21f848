extension TrainerOptions {
    /// When the model is validated, and when that ends the training.
    public struct Validation: Sendable, Hashable {
        /// When validations run.
        public var interval: Interval
        /// Ends the training after this many validation cycles in a row for which `Model.haveMetricsImproved` is
        /// false; `nil` disables it.
        public var stopAfter: Int?
        /// Validates with this many batches before a new training begins, so that a bug in validation shows at once; 0
        /// disables it.
        public var sanityCheck: Int
        /// The greatest number of batches in a validation cycle; `nil` uses all of them.
        public var limit: Int?

        /// Validates at an interval of epochs or iterations, whichever the length counts.
        ///
        /// - Parameters:
        ///   - units: the interval: with 1, each epoch or iteration is followed by a validation.
        ///   - stopAfter: the number of validation cycles in a row without improvement that end the training.
        ///   - sanityCheck: how many batches to validate with before a new training begins.
        ///   - limit: how many batches a validation cycle has at most.
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
    /// No validation.
    public static var never: Self { nil }
}
