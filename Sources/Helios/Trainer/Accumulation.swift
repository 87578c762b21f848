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

/// The batches whose gradients add up to one step of the optimizer, as the batch that is being trained sees them.
struct AccumulationWindow: Equatable {
    /// How many batches there are.
    var batchCount = 1
    /// Whether the current batch is the last of them.
    var isComplete = true
}

extension Trainer {
    /// Whether the model's optimizer steps with the batch that is being trained. Always true without
    /// `accumulationSteps`.
    public var isStepDue: Bool { accumulation.isComplete }

    /// How many batches' gradients add up to the step that the current batch belongs to.
    public var batchesPerStep: Int { accumulation.batchCount }
}

extension Model {
    /// Whether the optimizer is to step with the batch that is being trained: it completes `Trainer.accumulationSteps`
    /// batches, or is the last one of its epoch (see `AccumulationRemainder`). Always true without `accumulationSteps`.
    ///
    /// ```swift
    /// override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
    ///     let loss = try crossEntropy(network(batch.inputs), batch.targets)
    ///     try (loss / Double(batchesPerStep)).backward()
    ///     lossItems["loss"] = loss
    ///     guard isStepDue else { return }
    ///     try optimizer.step()
    ///     try optimizer.zeroGrad()
    /// }
    /// ```
    public final var isStepDue: Bool { trainer?.isStepDue ?? true }

    /// How many batches' gradients add up to the step that the current batch belongs to. A loss that is divided by it
    /// gives the mean gradient over those batches, whether they are `Trainer.accumulationSteps` or a remainder.
    public final var batchesPerStep: Int { trainer?.batchesPerStep ?? 1 }
}
