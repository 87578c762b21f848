import Foundation
import Torch

/// Adam with a rectified start: while the mean of squares is made of too few gradients, a step uses only their mean.
///
/// m and v as Adam's; ρ∞ = 2 / (1 - β₂) - 1 and ρₜ = ρ∞ - 2·t·β₂ᵗ / (1 - β₂ᵗ) say how many gradients v is made of.
/// Above 5, θ ← θ - lr·r·m̂ / (√v̂ + eps) with r = √((ρₜ - 4)(ρₜ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρₜ)); else θ ← θ - lr·m̂.
/// The results are those of PyTorch's `RAdam(foreach=True)`, to the bit. Liu and others 2020, "On the variance of the
/// adaptive learning rate and beyond".
public final class RAdam: Optimizer {
    private struct Options: GroupOptions {
        let learningRate, eps, weightDecay: Double
        let betas: (Double, Double)
        let decoupledWeightDecay, maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            betas = try state.pair("betas")
            eps = try state.double("eps")
            weightDecay = try state.double("weight_decay")
            decoupledWeightDecay = try state.bool("decoupled_weight_decay")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - betas: the decay rates of the two moving means.
    ///   - eps: a small number that keeps the denominator from becoming zero.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - decoupledWeightDecay: whether to subtract the weight decay from the parameter instead of adding it to the
    ///     gradient.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8,
        weightDecay: Double = 0, decoupledWeightDecay: Bool = false, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, betas: betas,
            eps: eps,
            weightDecay: weightDecay, decoupledWeightDecay: decoupledWeightDecay, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0, decoupledWeightDecay: Bool = false, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "betas": .tuple([.double(betas.0), .double(betas.1)]), "eps": .double(eps),
                "weight_decay": .double(weightDecay), "maximize": .bool(maximize), "foreach": .none,
                "capturable": false, "decoupled_weight_decay": .bool(decoupledWeightDecay), "differentiable": false,
            ])
        memory = ParameterMemory(steps: .number, buffers: ["exp_avg", "exp_avg_sq"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "eps", "weight_decay", in: options)
        try requireBetas(in: options)
        _ = try Options(options)
    }

    public override func step() throws {
        try forEachBucket { (bucket, options: Options) in
            let (beta1, beta2) = options.betas
            try memory.begin(bucket)
            let means = try memory.buffers("exp_avg", of: bucket)
            let squares = try memory.buffers("exp_avg_sq", of: bucket)
            let sizes = memory.count(bucket).map { stepSizes(options, step: $0) }
            let gradients = try bucket.decayedGradients(
                options.weightDecay, isDecoupled: options.decoupledWeightDecay, learningRate: options.learningRate,
                maximize: options.maximize)
            try Tensor.foreachLerp_(means, tensors1: gradients, weight: 1 - beta1)
            try Tensor.foreachMul_(squares, scalar: beta2)
            try Tensor.foreachAddcmul_(squares, gradients, gradients, value: 1 - beta2)
            let factors = try Tensor.foreachSqrt(squares)
            try Tensor.foreachAdd_(factors, scalar: options.eps)
            // A division by zero makes the first of the two terms zero if it does not count.
            try Tensor.foreachDiv_(factors, scalars: sizes.map { .real($0.rectified) })
            try Tensor.foreachReciprocal_(factors)
            try Tensor.foreachAdd_(factors, scalars: sizes.map { .real($0.plain) })
            try Tensor.foreachAddcmul_(bucket.parameters, means, factors)
        }
    }

    /// The lengths of a step in the direction of the mean gradient: divided by the root of the mean square, and not.
    private func stepSizes(_ options: Options, step: Double) -> (rectified: Double, plain: Double) {
        let (beta1, beta2) = options.betas
        let most = 2 / (1 - beta2) - 1
        let known = most - 2 * step * pow(beta2, step) / (1 - pow(beta2, step))
        let rectification =
            known > 5 ? pow((known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known), 0.5) : 0
        let correction = 1 - pow(beta1, step)
        let plain = options.learningRate * (rectification > 0 ? 0 : 1) / correction * -1
        let rectified = pow(1 - pow(beta2, step), 0.5) * (options.learningRate * rectification / correction) * -1
        return (rectified, plain)
    }
}
