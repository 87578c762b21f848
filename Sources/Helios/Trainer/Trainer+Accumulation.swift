extension Trainer {
    /// Whether the model's optimizer steps with the batch that is being trained. Always true without accumulation.
    public var isStepDue: Bool { accumulation.isComplete }

    /// How many batches' gradients add up to the step that the current batch belongs to.
    public var batchesPerStep: Int { accumulation.batchCount }
}
