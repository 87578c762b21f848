import Torch

/// Stochastic gradient descent, with momentum if wanted: θ ← θ - lr·v, where v ← momentum·v + (1 - dampening)·g.
///
/// As PyTorch's `SGD(fused=True)`, to the bit. Momentum: Sutskever and others 2013, "On the importance of initialization
/// and momentum in deep learning".
public final class SGD: Optimizer, ScaledOptimizer {
    private var momentumBuffers: [Tensor?] = []

    /// Optimises one group of parameters.
    ///
    /// - Parameters:
    ///   - momentum: how much of the last step goes on; 0 for none.
    ///   - dampening: how much of the gradient is held back from the momentum.
    ///   - weightDecay: how much of the parameter is added to its gradient.
    ///   - nesterov: whether the step looks ahead by the momentum, which takes a momentum and no dampening.
    ///   - maximize: whether to go up instead of down.
    /// - Throws: `OptimizerError` where there are no parameters, one comes twice or cannot be optimised, or an option
    ///   makes no sense.
    public convenience init(
        _ parameters: [Tensor], learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
        weightDecay: Double = 0, nesterov: Bool = false, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters)], learningRate: learningRate, momentum: momentum, dampening: dampening,
            weightDecay: weightDecay, nesterov: nesterov, maximize: maximize)
    }

    /// Optimises several groups, with these options where a group has none of its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
        weightDecay: Double = 0, nesterov: Bool = false, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "momentum": .double(momentum), "dampening": .double(dampening),
                "weight_decay": .double(weightDecay), "nesterov": .bool(nesterov), "maximize": .bool(maximize),
                "foreach": .none, "differentiable": false, "fused": true,
            ])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", in: options)
        try requireNotNegative("momentum", in: options)
        try requireNotNegative("weight_decay", in: options)
        let (momentum, dampening) = (try options.double("momentum"), try options.double("dampening"))
        guard !(try options.bool("nesterov")) || (momentum > 0 && dampening == 0) else {
            throw OptimizerError(
                "'nesterov' needs a momentum and no dampening, and they are \(momentum) and \(dampening)")
        }
        _ = try options.bool("maximize")
    }

    public override func step() throws {
        try step(gradScale: nil, foundInf: nil)
    }

    package func step(gradScale: Tensor?, foundInf: Tensor?) throws {
        try forEachBucket { bucket, options in
            try step(
                bucket, options, gradScale: gradScale?.to(bucket.device), foundInf: foundInf?.to(bucket.device))
        }
    }

    private func step(
        _ bucket: GradientBucket, _ options: StateDict, gradScale: Tensor?, foundInf: Tensor?
    ) throws {
        let momentum = try options.double("momentum")
        func run(_ parameters: [Tensor], _ gradients: [Tensor], _ buffers: [Tensor], isFirstStep: Bool) throws {
            try Tensor.fusedSgd_(
                parameters, grads: gradients, momentumBufferList: buffers,
                weightDecay: options.double("weight_decay"), momentum: momentum, lr: options.double("lr"),
                dampening: options.double("dampening"), nesterov: options.bool("nesterov"),
                maximize: options.bool("maximize"), isFirstStep: isFirstStep, gradScale: gradScale, foundInf: foundInf)
        }
        guard momentum != 0 else {
            return try run(bucket.parameters, bucket.gradients, [], isFirstStep: false)
        }
        extendBuffers()
        // Parameters whose first gradient this is start their momentum with it, which is another call.
        let fresh = bucket.indices.indices.filter { momentumBuffers[bucket.indices[$0]] == nil }
        let known =
            fresh.isEmpty
            ? Array(bucket.indices.indices)
            : bucket.indices.indices.filter { momentumBuffers[bucket.indices[$0]] != nil }
        for (positions, isFirstStep) in [(known, false), (fresh, true)] where !positions.isEmpty {
            let buffers = try positions.map { position in
                try buffer(of: bucket.parameters[position], at: bucket.indices[position])
            }
            try run(
                positions.map { bucket.parameters[$0] }, positions.map { bucket.gradients[$0] }, buffers,
                isFirstStep: isFirstStep)
            // A step that was left out has started nothing.
            if isFirstStep, let foundInf, try foundInf.item(Double.self) != 0 { continue }
            for (position, buffer) in zip(positions, buffers) { momentumBuffers[bucket.indices[position]] = buffer }
        }
    }

    /// The momentum of a parameter, in its type and place; before the first step what the kernel writes it into.
    private func buffer(of parameter: Tensor, at index: Int) throws -> Tensor {
        guard let known = momentumBuffers[index] else { return try Tensor.zerosLike(parameter.detach()) }
        return try laidOut(known, like: parameter, what: "'momentum_buffer' of parameter \(index)")
    }

    private func extendBuffers() {
        let missing = parameterGroups.reduce(-momentumBuffers.count) { $0 + $1.parameters.count }
        if missing > 0 { momentumBuffers += [Tensor?](repeating: nil, count: missing) }
    }

    // MARK: State

    public override func parameterState(at index: Int) throws -> StateDict? {
        guard momentumBuffers.indices.contains(index), let buffer = momentumBuffers[index] else { return nil }
        return ["momentum_buffer": .tensor(buffer)]
    }

    public override func setParameterStates(_ states: [StateDict?]) throws {
        momentumBuffers = try zip(states, parameters).enumerated().map { index, pair in
            // Python writes none where there was no momentum.
            guard let state = pair.0, let value = state["momentum_buffer"] else { return nil }
            if case .none = value { return nil }
            return try restored(state, "momentum_buffer", like: pair.1, index)
        }
    }
}
