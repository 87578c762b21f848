extension Model {
    /// Whether the optimizer is to step with the batch that is being trained: it completes the number of batches that the
    /// trainer's `accumulation` says, or is the last one of its epoch (see `AccumulationRemainder`). Always true without
    /// accumulation.
    ///
    /// `minimize` looks at it by itself. In a step that is written by hand:
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
    /// gives the mean gradient over those batches, whether they are a full number or a remainder.
    public final var batchesPerStep: Int { trainer?.batchesPerStep ?? 1 }
}
