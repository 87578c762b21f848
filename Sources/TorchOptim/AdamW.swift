import Torch

/// Adam with decoupled weight decay: steps by the mean of the gradients over the root of the mean of their squares.
///
/// m ← β₁·m + (1 - β₁)·g, v ← β₂·v + (1 - β₂)·g², both corrected for their start at zero; then
/// θ ← θ - lr·weightDecay·θ - lr·m̂ / (√v̂ + eps). As PyTorch's `AdamW(fused=True)`, to the bit. Loshchilov and Hutter 2019,
/// "Decoupled weight decay regularization"; AMSGrad: Reddi and others 2018, "On the convergence of Adam and beyond".
public final class AdamW: Optimizer, ScaledOptimizer {
    private struct Moments {
        /// How many steps were made: a float32 number on the parameter's device, as the kernel takes it.
        let step: Tensor
        var mean: Tensor
        var meanOfSquares: Tensor
        /// The greatest mean of squares so far; for AMSGrad.
        var greatest: Tensor?
    }

    private var moments: [Moments?] = []

    /// Optimises one group of parameters.
    ///
    /// - Parameters:
    ///   - betas: how much of the two means goes on at each step.
    ///   - eps: what keeps the denominator from zero.
    ///   - weightDecay: how much of the parameter each step takes away, times the learning rate.
    ///   - amsgrad: whether to divide by the greatest mean of squares so far.
    ///   - maximize: whether to go up instead of down.
    /// - Throws: `OptimizerError` where there are no parameters, one comes twice or cannot be optimised, or an option
    ///   makes no sense.
    public convenience init(
        _ parameters: [Tensor], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0.01, amsgrad: Bool = false, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters)], learningRate: learningRate, betas: betas, eps: eps,
            weightDecay: weightDecay, amsgrad: amsgrad, maximize: maximize)
    }

    /// Optimises several groups, with these options where a group has none of its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0.01, amsgrad: Bool = false, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "betas": .tuple([.double(betas.0), .double(betas.1)]),
                "eps": .double(eps), "weight_decay": .double(weightDecay), "amsgrad": .bool(amsgrad),
                "maximize": .bool(maximize), "foreach": .none, "capturable": false, "differentiable": false,
                "fused": true, "decoupled_weight_decay": true,
            ])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", in: options)
        try requireNotNegative("eps", in: options)
        try requireNotNegative("weight_decay", in: options)
        let betas = try betas(in: options)
        guard (0..<1).contains(betas.0), (0..<1).contains(betas.1) else {
            throw OptimizerError("'betas' must be at least 0 and below 1, and are \(betas)")
        }
        _ = try (options.bool("amsgrad"), options.bool("maximize"))
        guard try options.bool("decoupled_weight_decay") else {
            throw OptimizerError("the state is Adam's, whose weight decay is not decoupled")
        }
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
        let betas = try betas(in: options)
        let amsgrad = try options.bool("amsgrad")
        extendMoments()
        var (steps, means, meansOfSquares, greatest) = ([Tensor](), [Tensor](), [Tensor](), [Tensor]())
        for (index, parameter) in zip(bucket.indices, bucket.parameters) {
            let moments = try moments(of: parameter, at: index, amsgrad: amsgrad)
            steps.append(moments.step)
            means.append(moments.mean)
            meansOfSquares.append(moments.meanOfSquares)
            if amsgrad, let tensor = moments.greatest { greatest.append(tensor) }
        }
        try Tensor.foreachAdd_(steps, scalar: 1)
        try Tensor.fusedAdamw_(
            bucket.parameters, grads: bucket.gradients, expAvgs: means, expAvgSqs: meansOfSquares,
            maxExpAvgSqs: greatest, stateSteps: steps, lr: options.double("lr"), beta1: betas.0, beta2: betas.1,
            weightDecay: options.double("weight_decay"), eps: options.double("eps"), amsgrad: amsgrad,
            maximize: options.bool("maximize"), gradScale: gradScale, foundInf: foundInf)
        if let foundInf {
            // A step that was left out does not count.
            try Tensor.foreachAdd_(steps, [Tensor](repeating: foundInf, count: steps.count), alpha: -1)
        }
    }

    /// What is remembered of a parameter, in the parameter's type and place; zeros before its first step.
    private func moments(of parameter: Tensor, at index: Int, amsgrad: Bool) throws -> Moments {
        guard let known = moments[index] else {
            let zero = parameter.detachedZeros
            let fresh = Moments(
                step: try Tensor.zeros([], dtype: .float32, device: parameter.device), mean: try zero(),
                meanOfSquares: try zero(), greatest: amsgrad ? try zero() : nil)
            moments[index] = fresh
            return fresh
        }
        let current = Moments(
            step: try known.step.to(parameter.device),
            mean: try laidOut(known.mean, like: parameter, what: "'exp_avg' of parameter \(index)"),
            meanOfSquares: try laidOut(
                known.meanOfSquares, like: parameter, what: "'exp_avg_sq' of parameter \(index)"),
            greatest: amsgrad
                ? try known.greatest.map {
                    try laidOut($0, like: parameter, what: "'max_exp_avg_sq' of parameter \(index)")
                } ?? parameter.detachedZeros() : known.greatest)
        moments[index] = current
        return current
    }

    private func extendMoments() {
        let missing = parameterGroups.reduce(-moments.count) { $0 + $1.parameters.count }
        if missing > 0 { moments += [Moments?](repeating: nil, count: missing) }
    }

    private func betas(in options: StateDict) throws -> (Double, Double) {
        let values = try options.list("betas").map { value in
            switch value {
            case .double(let number): number
            case .int(let number): Double(number)
            default: Double.nan
            }
        }
        guard values.count == 2 else { throw OptimizerError("'betas' must be two numbers, and are \(values.count)") }
        return (values[0], values[1])
    }

    // MARK: State

    public override func parameterState(at index: Int) throws -> StateDict? {
        guard moments.indices.contains(index), let moments = moments[index] else { return nil }
        var state: StateDict = [
            "step": .tensor(moments.step), "exp_avg": .tensor(moments.mean),
            "exp_avg_sq": .tensor(moments.meanOfSquares),
        ]
        if let greatest = moments.greatest { state["max_exp_avg_sq"] = .tensor(greatest) }
        return state
    }

    public override func setParameterStates(_ states: [StateDict?]) throws {
        moments = try zip(states, parameters).enumerated().map { index, pair in
            guard let state = pair.0, !state.isEmpty else { return nil }
            let parameter = pair.1
            return Moments(
                step: try restoredStep(state, on: parameter.device, index),
                mean: try restored(state, "exp_avg", like: parameter, index),
                meanOfSquares: try restored(state, "exp_avg_sq", like: parameter, index),
                greatest: state["max_exp_avg_sq"] == nil
                    ? nil : try restored(state, "max_exp_avg_sq", like: parameter, index))
        }
    }

    /// The number of steps, which was a plain number in old versions of PyTorch.
    private func restoredStep(_ state: StateDict, on device: Device, _ index: Int) throws -> Tensor {
        let steps: Double
        if case .tensor(let tensor) = try state.value("step") {
            steps = try tensor.item(Double.self)
        } else {
            steps = try state.double("step")
        }
        guard steps >= 0 else { throw OptimizerError("'step' of parameter \(index) is \(steps)") }
        return try Tensor.full([], .real(steps), dtype: .float32, device: device)
    }
}

extension Tensor {
    fileprivate func detachedZeros() throws -> Tensor {
        try Tensor.zerosLike(detach())
    }
}
