extension Model {
    /// Does what `minimize(_:clip:scheduler:as:_:)` does with a loss of a batch, and can repeat it part by part.
    ///
    /// ```swift
    /// override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
    ///     try minimize(optimizer, on: batch) { try crossEntropy(network($0.inputs), $0.targets) }
    /// }
    /// ```
    /// With `outOfMemory: .splits`, a step that runs out of memory starts over in parts of half the size, and again,
    /// until there is enough: the random numbers, buffers and gradients are those of the beginning again, the losses of
    /// the parts are weighted by their numbers of samples, and the optimizer makes one step. The size that worked stays
    /// for later batches, and is in the checkpoints. `loss` is called once for each part, so what it changes besides
    /// networks must bear being changed more than once. Without that option it is the same as the other `minimize`, to
    /// the bit.
    ///
    /// - Parameters:
    ///   - batch: what the loss is computed for.
    ///   - reduction: what the loss is over the samples of a part: their mean, or their sum. A mean over anything else
    ///     (tokens, say) is not the mean of the parts' means.
    ///   - loss: computes the loss of a part of the batch, a single number.
    /// - Throws: as the other `minimize`; the `TorchError` of kind `outOfMemory` if the memory does not suffice for the
    ///   smallest parts, with what to do; `ConfigurationError` for an `LBFGS` that is to be repeated.
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
