extension TrainerOptions {
    /// How much of the training and test data to use. (`Validation.limit` limits the validation.)
    public struct DataLimits: Sendable, Hashable {
        /// Which batches an epoch contains.
        public enum Training: Sendable, Hashable {
            /// All of them.
            case all
            /// The first few batches of the epoch, in its order.
            case first(Int)
            /// The first few batches in the order of the samples' indices, the same in each epoch. Validation uses them
            /// too. If a network cannot memorize these batches, there is a mistake somewhere.
            case overfit(Int)
        }

        /// Which batches an epoch contains.
        public var training: Training
        /// The maximum number of batches in a test; `nil` uses all of them.
        public var test: Int?

        /// Uses all data.
        public static let all = DataLimits(training: .all, test: nil)

        /// Uses the first batches of each epoch, in its order, and of the test.
        ///
        /// - Parameters:
        ///   - train: the maximum number of batches in an epoch; `nil` uses all of them.
        ///   - test: the maximum number of batches in a test; `nil` uses all of them.
        public static func first(train: Int? = nil, test: Int? = nil) -> DataLimits {
            DataLimits(training: train.map { .first($0) } ?? .all, test: test)
        }

        /// Trains and validates with the same few batches. If a network cannot memorize them, there is a mistake
        /// somewhere.
        ///
        /// - Parameters:
        ///   - batches: the number of batches, taken in the order of the samples' indices.
        ///   - test: the maximum number of batches in a test; `nil` uses all of them.
        public static func overfit(batches: Int, test: Int? = nil) -> DataLimits {
            DataLimits(training: .overfit(batches), test: test)
        }
    }
}
