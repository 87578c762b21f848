/// How to limit gradients before an optimizer step.
public enum GradientClip: Sendable, Hashable {
    /// Scales all gradients down so that their total norm is at most `maxNorm`.
    ///
    /// `type` is the power of the norm; infinity stands for the greatest absolute value.
    case norm(_ maxNorm: Double, type: Double = 2)
    /// Clamps each element of each gradient to the range from `-limit` to `limit`.
    case value(_ limit: Double)
}

/// What `minimize` has done in a training step.
struct StepInProgress {
    /// The names of the losses, and the optimizers that they belong to.
    var losses: [String: ObjectIdentifier] = [:]
    /// Whether an optimizer has stepped with the scaler, which is updated at the end of the step.
    var isScalerUpdateDue = false
}

extension GradientClip {
    fileprivate func check() throws {
        let (limit, type): (Double, Double) =
            switch self {
            case .norm(let maxNorm, let type): (maxNorm, type)
            case .value(let limit): (limit, 1)
            }
        guard limit > 0, type > 0 else {
            throw ConfigurationError(
                "the limit of gradients and the power of their norm must be above 0, and the clip is \(self)")
        }
    }
}

extension Model {
    /// Performs a complete training step for a loss: computes the gradients and, if a step is due, steps the optimizer.
    ///
    /// ```swift
    /// override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
    ///     try minimize(optimizer, clip: .norm(1)) { try crossEntropy(network(batch.inputs), batch.targets) }
    /// }
    /// ```
    /// The result is the same, to the bit, as that of a step written by hand:
    /// 1. The gradients of the optimizer's parameters are removed.
    /// 2. The loss is computed, with `autocast` if the model has a scaler (`createScaler`), and differentiated.
    /// 3. The gradients are clipped, and the optimizer makes its step. With a scaler, the loss is scaled first, the
    ///    gradients are unscaled, and the scaler skips a step whose gradients are not finite. The scale is updated once
    ///    at the end of `trainStep`, no matter how many optimizers there are.
    /// 4. The schedulers make their step, even after a step that the scaler skipped, as in PyTorch.
    ///
    /// With `accumulation: .batches(n)`, the loss is divided by `batchesPerStep`. Everything after the computation of
    /// the gradients happens only with the batch that completes a step (`isStepDue`), and the gradients are removed
    /// after the step. In this case, the gradients of the other optimizers among the model's stored properties do not
    /// change, so each of several losses affects only its own optimizer.
    ///
    /// An optimizer that evaluates the loss several times in a step (`LBFGS`) calls `loss` several times. A model with
    /// several optimizers calls `minimize` once for each of them.
    ///
    /// - Parameters:
    ///   - optimizer: the optimizer whose parameters change.
    ///   - clip: how to limit the gradients of all its parameters; `nil` leaves them unchanged.
    ///   - schedulers: the schedulers to step after each optimizer step. (Step a scheduler that works by epoch in
    ///     `onTrainingEpochEnd`.)
    ///   - name: the name of the loss in `lossItems`.
    ///   - loss: computes the loss of the batch, a single number.
    /// - Returns: the loss, which is also in `lossItems`.
    /// - Throws: `ConfigurationError` for an `LBFGS` with accumulated gradients or a scaler, a limit that is not
    ///   greater than 0, a scheduler of another optimizer, two optimizers whose losses have the same name, and a second
    ///   call for the same optimizer in a batch whose gradients are accumulated; any error from the loss, the
    ///   optimizer, or the schedulers.
    @discardableResult
    public final func minimize(
        _ optimizer: Optimizer, clip: GradientClip? = nil, scheduler schedulers: LRScheduler...,
        as name: String = "loss",
        _ loss: () throws -> Tensor
    ) throws -> Tensor {
        try minimize(optimizer, clip, schedulers, name) { backward in
            let value = try autocast(loss)
            try backward(value)
            return value
        }
    }

    /// Computes a loss, with `autocast` if the model has a scaler, hands it or its parts one after the other to what
    /// differentiates it, and returns it.
    typealias Differentiation = (_ backward: (Tensor) throws -> Void) throws -> Tensor

    /// Does all of a training step with a loss that is computed and differentiated in some way.
    func minimize(
        _ optimizer: Optimizer, _ clip: GradientClip?, _ schedulers: [LRScheduler], _ name: String,
        _ differentiate: Differentiation
    ) throws -> Tensor {
        try check(optimizer, clip, schedulers, name)
        let value: Tensor
        if let gradientShards {
            value = try computeGradients(of: optimizer, name, differentiate)
            lossItems[name] = value
            guard try gradientShards.collect(optimizer) else { return value }
            if let clip { try clipGradients(of: optimizer, clip) }
            try step(optimizer)
        } else if mixedPrecision == nil, !accumulates {
            // The optimizer calls it, most of them once.
            value = try stepping(optimizer) {
                try optimizer.zeroGrad()
                var value = try differentiate {
                    try willDifferentiate?($0, name)
                    try $0.backward()
                }
                if let gradientExchange { value = try gradientExchange.averageInClosure(optimizer, value, as: name) }
                if let clip { try clipGradients(of: optimizer, clip) }
                return value
            }
            lossItems[name] = value
        } else {
            value = try accumulateGradients(of: optimizer, name, differentiate)
            lossItems[name] = value
            guard isStepDue else { return value }
            try gradientExchange?.average(optimizer)
            if let clip { try clipGradients(of: optimizer, clip) }
            try step(optimizer)
            if accumulates { try optimizer.zeroGrad() }
        }
        for scheduler in schedulers { try scheduler.step() }
        return value
    }

    /// Throws if what was asked for would silently do something else.
    private func check(
        _ optimizer: Optimizer, _ clip: GradientClip?, _ schedulers: [LRScheduler], _ name: String
    ) throws {
        try clip?.check()
        if let other = schedulers.first(where: { $0.optimizer !== optimizer }) {
            throw ConfigurationError(
                "minimize got a scheduler (\(type(of: other))) of another optimizer than the one that makes the step")
        }
        // Outside of a training there is no batch to which the calls belong.
        guard let losses = stepInProgress?.losses else { return }
        let identifier = ObjectIdentifier(optimizer)
        if accumulates, losses.values.contains(identifier) {
            throw ConfigurationError(
                "minimize was called twice for one optimizer in a batch, which does not work with accumulated gradients: add "
                    + "up the losses, and call it once")
        }
        if let other = losses[name], other != identifier {
            throw ConfigurationError(
                "the losses of two optimizers are called '\(name)', so that one would hide the other: name them, as in "
                    + "minimize(optimizer, as: \"generator\")")
        }
        stepInProgress?.losses[name] = identifier
    }

    /// Replaces the gradients by those of a loss, which are scaled if there is a scaler. Returns the loss.
    private func computeGradients(
        of optimizer: Optimizer, _ name: String, _ differentiate: Differentiation
    ) throws -> Tensor {
        if optimizer is LBFGS {
            throw ConfigurationError(
                "LBFGS evaluates the loss of one batch several times in a step, and deterministic: .acrossRanks once for "
                    + "each shard: choose another optimizer")
        }
        try optimizer.zeroGrad()
        return try differentiate {
            try willDifferentiate?($0, name)
            try (mixedPrecision?.scaler.scale($0) ?? $0).backward()
        }
    }

    /// Adds the gradients of a loss to those of the batches before, if there are any. Returns the loss.
    private func accumulateGradients(
        of optimizer: Optimizer, _ name: String, _ differentiate: Differentiation
    ) throws -> Tensor {
        if optimizer is LBFGS {
            throw ConfigurationError(
                "LBFGS evaluates the loss of one batch several times in a step: it works neither with accumulated "
                    + "gradients nor with a gradient scaler")
        }
        // A second step of one optimizer needs the scale that follows from its first.
        if let scaler = mixedPrecision?.scaler, scaler.hasStepped(optimizer) { try scaler.update() }
        if !accumulates { try optimizer.zeroGrad() }
        return try differentiate {
            try willDifferentiate?($0, name)
            try addGradients(of: $0, optimizer)
        }
    }

    /// Adds the gradients of a loss, or of a part of it, to those that are there.
    private func addGradients(of value: Tensor, _ optimizer: Optimizer) throws {
        var scaled = accumulates ? try value / Double(batchesPerStep) : value
        if accumulates, let factor = gradientExchange?.lossFactor, factor != 1 { scaled = try scaled * factor }
        if let scaler = mixedPrecision?.scaler { scaled = try scaler.scale(scaled) }
        guard accumulates else { return try scaled.backward() }
        // Otherwise the gradients that this loss has for a network of another optimizer would go into that one's step.
        let others = parameters(withoutThoseOf: optimizer)
        let gradients = others.map(\.grad)
        for parameter in others { try parameter.setGrad(nil) }
        let result = Swift.Result { try scaled.backward() }
        for (parameter, gradient) in zip(others, gradients) { try parameter.setGrad(gradient) }
        try result.get()
    }

    private func stepping(_ optimizer: Optimizer, _ closure: () throws -> Tensor) throws -> Tensor {
        guard let gradientExchange else { return try optimizer.step(closure) }
        return try gradientExchange.minimizing(optimizer) { try optimizer.step(closure) }
    }

    private func step(_ optimizer: Optimizer) throws {
        guard let scaler = mixedPrecision?.scaler else { return try optimizer.step() }
        try scaler.step(optimizer)
        if stepInProgress == nil { try scaler.update() } else { stepInProgress?.isScalerUpdateDue = true }
    }

    /// Runs a training step. Afterwards the scaler is updated, once for all optimizers that `minimize` has stepped.
    func runStep(_ step: () throws -> Void) throws {
        stepInProgress = StepInProgress()
        if isStepDue { gradientNorms = [:] }
        defer { stepInProgress = nil }
        try step()
        // A step that is partly written by hand may have updated it.
        if stepInProgress?.isScalerUpdateDue == true, let scaler = mixedPrecision?.scaler, scaler.isUpdateDue {
            try scaler.update()
        }
    }

    private func clipGradients(of optimizer: Optimizer, _ clip: GradientClip) throws {
        switch clip {
        case .norm(let maxNorm, let type):
            try clipGradients(optimizer.parameters, optimizer, maxNorm: maxNorm, normType: type)
        case .value(let limit):
            try gradientExchange?.average(optimizer)
            if let mixedPrecision { try mixedPrecision.scaler.unscale_(optimizer) }
            try clipGradValue_(optimizer.parameters, clipValue: limit)
        }
    }

    /// The parameters of the model's other optimizers.
    private func parameters(withoutThoseOf optimizer: Optimizer) -> [Tensor] {
        let others = optimizersOfRun.map(\.optimizer).filter { $0 !== optimizer }
        guard !others.isEmpty else { return [] }
        let own = Set(optimizer.parameters.map(\.pointer))
        return others.flatMap(\.parameters).filter { !own.contains($0.pointer) }
    }
}

extension Model {
    /// Whether the optimizer should step with the current training batch. This is the case if the batch completes the
    /// number of batches in the trainer's `accumulation`, or if it is the last one of its epoch (see
    /// `AccumulationRemainder`). Always true without accumulation.
    ///
    /// `minimize` checks this automatically. In a step written by hand:
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

    /// The number of batches whose gradients are accumulated for the step to which the current batch belongs. If you
    /// divide the loss by this number, you get the mean gradient over these batches, both for a full number of batches
    /// and for a remainder.
    public final var batchesPerStep: Int { trainer?.batchesPerStep ?? 1 }
}
