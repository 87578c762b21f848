import Torch

/// Steps by the mean of the gradients over the root of the mean of their squares.
///
/// m ← β₁·m + (1 - β₁)·g, v ← β₂·v + (1 - β₂)·g², both corrected for their start at zero; then θ ← θ - lr·m̂ / (√v̂ +
/// eps). The results are those of PyTorch's `Adam(fused=True)`, to the bit. Kingma and Ba 2015, "Adam: A method for
/// stochastic optimization"; AMSGrad: Reddi and others 2018, "On the convergence of Adam and beyond".
public class Adam: Optimizer, ScaledOptimizer {
    private struct Options: GroupOptions {
        let learningRate, eps, weightDecay: Double
        let betas: (Double, Double)
        let amsgrad, maximize, decouplesWeightDecay: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            betas = try state.pair("betas")
            eps = try state.double("eps")
            weightDecay = try state.double("weight_decay")
            amsgrad = try state.bool("amsgrad")
            maximize = try state.bool("maximize")
            decouplesWeightDecay = try state.bool("decoupled_weight_decay")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - betas: the decay rates of the two moving means.
    ///   - eps: a small number that keeps the denominator from becoming zero.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - amsgrad: whether to divide by the root of the greatest mean of squares so far.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    ///   - decoupledWeightDecay: whether to subtract the weight decay from the parameter instead, as AdamW does.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0, amsgrad: Bool = false, maximize: Bool = false,
        decoupledWeightDecay: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, betas: betas,
            eps: eps,
            weightDecay: weightDecay, amsgrad: amsgrad, maximize: maximize, decoupledWeightDecay: decoupledWeightDecay)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0, amsgrad: Bool = false, maximize: Bool = false,
        decoupledWeightDecay: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "betas": .tuple([.double(betas.0), .double(betas.1)]),
                "eps": .double(eps), "weight_decay": .double(weightDecay), "amsgrad": .bool(amsgrad),
                "maximize": .bool(maximize), "foreach": .none, "capturable": false, "differentiable": false,
                "fused": true, "decoupled_weight_decay": .bool(decoupledWeightDecay),
            ])
        memory = ParameterMemory(
            steps: .counter, buffers: ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"], optionalBuffers: ["max_exp_avg_sq"])
    }

    override final var identifyingOptions: [String] { ["decoupled_weight_decay"] }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "eps", "weight_decay", in: options)
        try requireBetas(in: options)
        _ = try Options(options)
    }

    public final override func step() throws {
        try step(gradScale: nil, foundInf: nil)
    }

    package final func step(gradScale: Tensor?, foundInf: Tensor?) throws {
        try forEachBucket { (bucket, options: Options) in
            let (gradScale, foundInf) = (try gradScale?.to(bucket.device), try foundInf?.to(bucket.device))
            try memory.begin(bucket)
            let means = try memory.buffers("exp_avg", of: bucket)
            let squares = try memory.buffers("exp_avg_sq", of: bucket)
            let greatest = options.amsgrad ? try memory.buffers("max_exp_avg_sq", of: bucket) : []
            let (steps, distinct) = try memory.countOnDevice(bucket)
            if options.decouplesWeightDecay {
                try Tensor.fusedAdamw_(
                    bucket.parameters, grads: bucket.gradients, expAvgs: means, expAvgSqs: squares,
                    maxExpAvgSqs: greatest, stateSteps: steps, lr: options.learningRate, beta1: options.betas.0,
                    beta2: options.betas.1, weightDecay: options.weightDecay, eps: options.eps,
                    amsgrad: options.amsgrad, maximize: options.maximize, gradScale: gradScale, foundInf: foundInf)
            } else {
                try Tensor.fusedAdam_(
                    bucket.parameters, grads: bucket.gradients, expAvgs: means, expAvgSqs: squares,
                    maxExpAvgSqs: greatest, stateSteps: steps, lr: options.learningRate, beta1: options.betas.0,
                    beta2: options.betas.1, weightDecay: options.weightDecay, eps: options.eps,
                    amsgrad: options.amsgrad, maximize: options.maximize, gradScale: gradScale, foundInf: foundInf)
            }
            // A skipped step does not count.
            if let foundInf, !distinct.isEmpty { try Tensor.foreachAdd_(distinct, foundInf, alpha: -1) }
        }
    }
}
