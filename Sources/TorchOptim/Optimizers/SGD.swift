import Torch

/// Stochastic gradient descent, with or without momentum: θ ← θ - lr·v, with v ← momentum·v + (1 - dampening)·g.
///
/// The results are those of PyTorch's `SGD(fused=True)`, to the bit, and with sparse gradients, which that refuses,
/// those of plain `SGD`. Momentum: Sutskever and others 2013, "On the importance of initialization and momentum in deep
/// learning".
public final class SGD: Optimizer, ScaledOptimizer {
    private struct Options: GroupOptions {
        let learningRate, momentum, dampening, weightDecay: Double
        let nesterov, maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            momentum = try state.double("momentum")
            dampening = try state.double("dampening")
            weightDecay = try state.double("weight_decay")
            nesterov = try state.bool("nesterov")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - momentum: the part of the last step that is added to this one; 0 disables it.
    ///   - dampening: the part of the gradient that is not added to the momentum.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - nesterov: whether to use Nesterov momentum, which needs a momentum and no dampening.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
        weightDecay: Double = 0, nesterov: Bool = false, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, momentum: momentum,
            dampening: dampening,
            weightDecay: weightDecay, nesterov: nesterov, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
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
        memory = ParameterMemory(buffers: ["momentum_buffer"], optionalBuffers: ["momentum_buffer"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "momentum", "weight_decay", in: options)
        try requireNumbers("dampening", in: options)
        let options = try Options(options)
        guard !options.nesterov || (options.momentum > 0 && options.dampening == 0) else {
            throw OptimizerError(
                "'nesterov' needs a momentum and no dampening, and they are \(options.momentum) and "
                    + "\(options.dampening)")
        }
    }

    public override func step() throws {
        try step(gradScale: nil, foundInf: nil)
    }

    package func step(gradScale: Tensor?, foundInf: Tensor?) throws {
        try forEachBucket(
            sparseStep: { index, parameter, gradient, options in
                guard let gradient = try unscaled(gradient, gradScale, foundInf) else { return }
                try self.sparseStep(index, parameter, gradient, options)
            }
        ) { (bucket, options: Options) in
            let (gradScale, foundInf) = (try gradScale?.to(bucket.device), try foundInf?.to(bucket.device))
            func run(_ bucket: GradientBucket, _ buffers: [Tensor], isFirstStep: Bool) throws {
                try Tensor.fusedSgd_(
                    bucket.parameters, grads: bucket.gradients, momentumBufferList: buffers,
                    weightDecay: options.weightDecay, momentum: options.momentum, lr: options.learningRate,
                    dampening: options.dampening, nesterov: options.nesterov, maximize: options.maximize,
                    isFirstStep: isFirstStep, gradScale: gradScale, foundInf: foundInf)
            }
            guard options.momentum != 0 else { return try run(bucket, [], isFirstStep: false) }
            // Parameters start their momentum with their first gradient, which is another call.
            let (known, fresh) = bucket.split { memory.hasBuffer("momentum_buffer", at: $0) }
            if let known {
                try memory.begin(known)
                try run(known, memory.buffers("momentum_buffer", of: known), isFirstStep: false)
            }
            guard let fresh else { return }
            try memory.begin(fresh)
            do {
                try run(fresh, memory.buffers("momentum_buffer", of: fresh), isFirstStep: true)
            } catch {
                fresh.indices.forEach { memory.forget($0) }
                throw error
            }
            // A skipped step has started nothing.
            if let foundInf, try foundInf.item(Double.self) != 0 { fresh.indices.forEach { memory.forget($0) } }
        }
    }

    /// Makes a step with a sparse gradient: without momentum, only the elements with a gradient change.
    ///
    /// The momentum is dense. PyTorch keeps it sparse, which gives the same numbers and takes as much memory once every
    /// row has had a gradient.
    private func sparseStep(_ index: Int, _ parameter: Tensor, _ gradient: Tensor, _ options: Options) throws {
        guard options.weightDecay == 0 else {
            throw OptimizerError(
                "the gradient of parameter \(index) is sparse, and a weight decay would move every element: set "
                    + "'weight_decay' to 0 for its group, or use an embedding with dense gradients")
        }
        let gradient = options.maximize ? try gradient.neg() : gradient
        let rate = -options.learningRate
        guard options.momentum != 0 else {
            try parameter.add_(gradient, alpha: rate)
            return
        }
        let bucket = try GradientBucket(index, parameter, gradient: gradient)
        let isFirstStep = !memory.hasBuffer("momentum_buffer", at: index)
        try memory.begin(bucket)
        guard var velocity = try memory.buffers("momentum_buffer", of: bucket).first else { return }
        if bucket.dtype.isComplex { velocity = try Tensor.viewAsComplex(velocity) }
        if isFirstStep {
            try velocity.add_(gradient)
        } else {
            try velocity.mul_(options.momentum).add_(gradient, alpha: 1 - options.dampening)
        }
        if options.nesterov {
            try parameter.add_(gradient, alpha: rate)
            try parameter.add_(velocity, alpha: -options.learningRate * options.momentum)
        } else {
            try parameter.add_(velocity, alpha: rate)
        }
    }
}
