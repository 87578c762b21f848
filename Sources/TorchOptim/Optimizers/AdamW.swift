import Torch

/// Adam with decoupled weight decay: each step takes lr·weightDecay·θ from the parameter θ, past the moving means.
///
/// m ← β₁·m + (1 - β₁)·g, v ← β₂·v + (1 - β₂)·g², both corrected for their start at zero; then
/// θ ← θ - lr·weightDecay·θ - lr·m̂ / (√v̂ + eps). As PyTorch's `AdamW(fused=True)`, to the bit. Loshchilov and Hutter 2019,
/// "Decoupled weight decay regularization"; AMSGrad: Reddi and others 2018, "On the convergence of Adam and beyond".
public final class AdamW: Adam {
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
        _ parameters: some ParameterSource, learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0.01, amsgrad: Bool = false, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, betas: betas,
            eps: eps,
            weightDecay: weightDecay, amsgrad: amsgrad, maximize: maximize)
    }

    /// Optimises several groups, with these options where a group has none of its own.
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
