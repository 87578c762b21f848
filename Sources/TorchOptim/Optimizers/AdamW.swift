import Torch

/// Adam with decoupled weight decay: each step subtracts lr·weightDecay·θ from the parameter θ itself, instead of
/// adding to its gradient.
///
/// m ← β₁·m + (1 - β₁)·g, v ← β₂·v + (1 - β₂)·g², both corrected for their start at zero; then θ ← θ - lr·weightDecay·θ
/// - lr·m̂ / (√v̂ + eps). The results are those of PyTorch's `AdamW(fused=True)`, to the bit. Loshchilov and Hutter
/// 2019, "Decoupled weight decay regularization"; AMSGrad: Reddi and others 2018, "On the convergence of Adam and
/// beyond".
public final class AdamW: Adam {
    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - betas: the decay rates of the two moving means.
    ///   - eps: a small number that keeps the denominator from becoming zero.
    ///   - weightDecay: the part of the parameter that each step subtracts, times the learning rate.
    ///   - amsgrad: whether to divide by the root of the greatest mean of squares so far.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0.01, amsgrad: Bool = false, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, betas: betas,
            eps: eps,
            weightDecay: weightDecay, amsgrad: amsgrad, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0.01, amsgrad: Bool = false, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups, learningRate: learningRate, betas: betas, eps: eps, weightDecay: weightDecay,
            amsgrad: amsgrad, maximize: maximize, decoupledWeightDecay: true)
    }

    public override func validate(_ options: StateDict) throws {
        try super.validate(options)
        guard try options.bool("decoupled_weight_decay") else {
            throw OptimizerError("the state is Adam's, whose weight decay is not decoupled")
        }
    }
}
