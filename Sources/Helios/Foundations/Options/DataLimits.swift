extension TrainerOptions {
    /// How much of the training and test data is used. (`Validation.limit` limits the validation.)
    public struct DataLimits: Sendable, Hashable {
        /// Which batches an epoch has.
        public enum Training: Sendable, Hashable {
            /// All of them.
            case all
            /// The first few batches of the epoch, in its order.
            case first(Int)
            /// The first few batches in the order of the samples' numbers, the same in each epoch, which validation
            /// uses too: a network that cannot memorize these has a fault.
            case overfit(Int)
        }

        /// Which batches an epoch has.
        public var training: Training
        /// The greatest number of batches in a test; `nil` uses all of them.
        public var test: Int?

        /// All data.
        public static let all = DataLimits(training: .all, test: nil)

        /// The first batches of each epoch's order, and of the test.
        ///
        /// - Parameters:
        ///   - train: how many batches an epoch has at most; `nil` for all.
        ///   - test: how many batches a test has at most; `nil` for all.
        public static func first(train: Int? = nil, test: Int? = nil) -> DataLimits {
            DataLimits(training: train.map { .first($0) } ?? .all, test: test)
        }

        /// Trains and validates with the same few batches: a network that cannot memorize these has a fault.
        ///
        /// - Parameters:
        ///   - batches: how many, in the order of the samples' numbers.
        ///   - test: how many batches a test has at most; `nil` for all.
        public static func overfit(batches: Int, test: Int? = nil) -> DataLimits {
            DataLimits(training: .overfit(batches), test: test)
        }
    }
}
