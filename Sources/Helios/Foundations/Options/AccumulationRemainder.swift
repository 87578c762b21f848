/// What happens to the batches at the end of an epoch if they are fewer than `Trainer.accumulationSteps`.
///
/// Five batches with `accumulationSteps: 4` leave a remainder of one.
public enum AccumulationRemainder: String, Sendable, Hashable, CaseIterable {
    /// They make a step of their own, whose gradient is the mean over those batches: `Model.batchesPerStep` is their
    /// number. When training by iteration, an iteration always takes `accumulationSteps` batches, and the next epoch
    /// supplies the missing ones.
    case step
    /// They are left out: an epoch ends with the last batch that completes a step.
    case drop
}
