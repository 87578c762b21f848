extension TrainerOptions {
    /// How many batches make one step of the optimizer.
    ///
    /// `Model.minimize` accumulates their gradients by itself. A step that is written by hand asks `Model.isStepDue`
    /// and `Model.batchesPerStep`. When training by iteration, an iteration is that many batches.
    public struct Accumulation: Sendable, Hashable {
        /// How many batches make a step.
        public var batches: Int
        /// What happens to the batches at the end of an epoch that are fewer.
        public var remainder: AccumulationRemainder

        /// A number of batches; with 1, every batch makes a step.
        ///
        /// - Parameter remainder: what happens to the batches at the end of an epoch that are fewer.
        public static func batches(_ count: Int, remainder: AccumulationRemainder = .step) -> Accumulation {
            Accumulation(batches: count, remainder: remainder)
        }
    }
}

/// What happens to the batches at the end of an epoch if they are fewer than a step takes.
///
/// Five batches with `accumulation: .batches(4)` leave a remainder of one.
public enum AccumulationRemainder: String, Sendable, Hashable, CaseIterable {
    /// They make a step of their own, whose gradient is the mean over those batches: `Model.batchesPerStep` is their
    /// number. When training by iteration, an iteration always takes the full number of batches, and the next epoch
    /// supplies the missing ones.
    case step
    /// They are left out: an epoch ends with the last batch that completes a step.
    case drop
}

/// The batches whose gradients add up to one step of the optimizer, as the batch that is being trained sees them.
struct AccumulationWindow: Equatable {
    /// How many batches there are.
    var batchCount = 1
    /// Whether the current batch is the last of them.
    var isComplete = true
}
