/// Counts the steps that a model's optimizers make, to find a model that never makes one, or that accumulates gradients
/// otherwise than the trainer says.
final class StepWatch {
    /// How many batches were trained.
    private(set) var batchCount = 0
    /// How many steps the optimizers made.
    private(set) var stepCount = 0

    private var stepsBefore = 0
    private var handles: [StepHookHandle] = []
    private var watched: [WeakOptimizer] = []
    /// Whether each of the optimizers calls the hook that counts. Those of TorchOptim do; one of the program's own does
    /// if its step is inside `withStepHooks`.
    private let allCallHooks: Bool

    /// Watches the optimizers among the model's stored properties; `nil` if there are none, so nothing can be known.
    init?<Batch>(_ model: Model<Batch>) {
        let optimizers = model.namedOptimizers()
        guard !optimizers.isEmpty else { return nil }
        let library = String(reflecting: Optimizer.self).prefix { $0 != "." } + "."
        allCallHooks = optimizers.allSatisfy { String(reflecting: type(of: $0.optimizer)).hasPrefix(library) }
        watched = optimizers.map { WeakOptimizer(optimizer: $0.optimizer) }
        for (_, optimizer) in optimizers {
            handles.append(optimizer.registerStepPostHook { [unowned self] _ in stepCount += 1 })
        }
    }

    func remove() {
        for handle in handles { handle.remove() }
        handles = []
    }

    /// Whether it is certain that no optimizer of the model has made a step: not if it has others now, or one that may
    /// not call hooks.
    func hasSeenNoStep<Batch>(of model: Model<Batch>) -> Bool {
        guard stepCount == 0, batchCount > 0, allCallHooks else { return false }
        return model.namedOptimizers().allSatisfy { _, optimizer in watched.contains { $0.optimizer === optimizer } }
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

private struct WeakOptimizer {
    weak var optimizer: Optimizer?
}
