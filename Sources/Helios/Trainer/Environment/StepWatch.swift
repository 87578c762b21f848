/// Counts the steps that a model's optimizers make, to find a model that never makes one, or that accumulates gradients
/// otherwise than the trainer says.
final class StepWatch {
    /// How many batches were trained.
    private(set) var batchCount = 0
    /// How many steps the optimizers made.
    private(set) var stepCount = 0

    private var stepsBefore = 0
    private var handles: [StepHookHandle] = []

    /// Watches the optimizers among the model's stored properties; `nil` if there are none, so nothing can be known.
    init?<Batch>(_ model: Model<Batch>) {
        let optimizers = model.namedOptimizers()
        guard !optimizers.isEmpty else { return nil }
        for (_, optimizer) in optimizers {
            handles.append(optimizer.registerStepPostHook { [unowned self] _ in stepCount += 1 })
        }
    }

    func remove() {
        for handle in handles { handle.remove() }
        handles = []
    }

    /// Takes note of a batch that was trained.
    ///
    /// - Parameter skips: whether a step may be skipped, as a scaler does after an overflow.
    /// - Returns: what is wrong, if the optimizers stepped when no step was due, or did not when one was.
    func endBatch(_ window: AccumulationWindow, skips: Bool) -> String? {
        defer { stepsBefore = stepCount }
        batchCount += 1
        let hasStepped = stepCount > stepsBefore
        guard hasStepped != window.isComplete, hasStepped || !skips else { return nil }
        return hasStepped
            ? "an optimizer stepped with a batch that does not complete a step"
            : "no optimizer stepped with the batch that completes a step"
    }
}
