extension Model {
    /// Does the same as `minimize(_:clip:scheduler:as:_:)` with the loss of a batch, and can repeat the step part by
    /// part.
    ///
    /// ```swift
    /// override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
    ///     try minimize(optimizer, on: batch) { try crossEntropy(network($0.inputs), $0.targets) }
    /// }
    /// ```
    /// With `outOfMemory: .splits`, a step that runs out of memory starts over in parts of half the size, which are
    /// halved again until there is enough memory. The random numbers, buffers, and gradients are restored before each
    /// attempt, the losses of the parts are weighted by their numbers of samples, and the optimizer makes one step. The
    /// size that worked is used for later batches and is saved in checkpoints. `loss` is called once for each part, so
    /// anything that it changes other than networks must tolerate several changes. Without this option, the result is
    /// the same as that of the other `minimize`, to the bit.
    ///
    /// - Parameters:
    ///   - batch: the batch for which to compute the loss.
    ///   - reduction: whether the loss is the mean or the sum over the samples of a part. A mean over anything else
    ///     (such as tokens) is not the mean of the parts' means.
    ///   - loss: computes the loss of a part of the batch, a single number.
    /// - Throws: the same errors as the other `minimize`; a `TorchError` of kind `outOfMemory`, which says what to do,
    ///   if there is not enough memory for the smallest parts; `ConfigurationError` for an `LBFGS` whose step must be
    ///   repeated.
    @discardableResult
    public final func minimize<Part: SplittableBatch>(
        _ optimizer: Optimizer, on batch: Part, reduction: Reduction = .mean, clip: GradientClip? = nil,
        scheduler schedulers: LRScheduler..., as name: String = "loss", _ loss: (Part) throws -> Tensor
    ) throws -> Tensor {
        try minimize(optimizer, clip, schedulers, name) { backward in
            guard let batchSplitting else {
                let value = try autocast { try loss(batch) }
                try backward(value)
                return value
            }
            if optimizer is LBFGS {
                throw ConfigurationError(
                    "LBFGS evaluates the loss of one batch several times in a step, which outOfMemory: .splits cannot repeat: "
                        + "choose another optimizer, or outOfMemory: .fails")
            }
            guard reduction != .none else {
                throw ConfigurationError("minimize needs a loss of one number: reduction .mean or .sum, not .none")
            }
            let own = Set(optimizer.parameters.map(\.pointer))
            let others = optimizersOfRun.flatMap { $0.optimizer.parameters }.filter { !own.contains($0.pointer) }
            var seen: Set<OpaquePointer> = []
            return try batchSplitting.differentiate(
                batch, reduction, (optimizer.parameters + others).filter { seen.insert($0.pointer).inserted },
                agree: { try gradientExchange?.agree(hasFailed: $0, size: $1) ?? (hasFailed: $0, size: $1) },
                { part in try autocast { try loss(part) } }, backward)
        }
    }
}
