import Foundation
import Torch

/// Adam with a decaying maximum of the gradients in place of the root of their mean square.
///
/// m ← β₁·m + (1 - β₁)·g, u ← max(β₂·u, |g| + eps); θ ← θ - lr / (1 - β₁ᵗ) · m / u in step t. The results are those of
/// PyTorch's `Adamax(foreach=True)`, to the bit. Kingma and Ba 2015, "Adam: A method for stochastic optimization",
/// section 7.
public final class Adamax: Optimizer {
    private struct Options: GroupOptions {
        let learningRate, eps, weightDecay: Double
        let betas: (Double, Double)
        let maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            betas = try state.pair("betas")
            eps = try state.double("eps")
            weightDecay = try state.double("weight_decay")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - betas: the decay rates of the mean and of the maximum.
    ///   - eps: a small number that keeps the denominator from becoming zero.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8,
        weightDecay: Double = 0, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, betas: betas,
            eps: eps,
            weightDecay: weightDecay, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "betas": .tuple([.double(betas.0), .double(betas.1)]), "eps": .double(eps),
                "weight_decay": .double(weightDecay), "foreach": .none, "maximize": .bool(maximize),
                "differentiable": false, "capturable": false,
            ])
        memory = ParameterMemory(steps: .number, buffers: ["exp_avg", "exp_inf"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "eps", "weight_decay", in: options)
        try requireBetas(in: options)
        _ = try Options(options)
    }

    public override func step() throws {
        try forEachBucket { (bucket, options: Options) in
            try memory.begin(bucket)
            let means = try memory.buffers("exp_avg", of: bucket)
            let greatest = try memory.buffers("exp_inf", of: bucket)
            let steps = memory.count(bucket)
            let (gradients, areCopies) = try bucket.prepared(
                weightDecay: options.weightDecay, maximize: options.maximize)
            try Tensor.foreachLerp_(means, tensors1: gradients, weight: 1 - options.betas.0)
            try Tensor.foreachMul_(greatest, scalar: options.betas.1)
            let sizes = areCopies ? gradients : try Tensor.foreachAbs(gradients)
            if areCopies { try Tensor.foreachAbs_(sizes) }
            try Tensor.foreachAdd_(sizes, scalar: options.eps)
            try Tensor.foreachMaximum_(greatest, sizes)
            try Tensor.foreachAddcdiv_(
                bucket.parameters, means, greatest,
                scalars: steps.map { .real(options.learningRate / (1 - pow(options.betas.0, $0)) * -1) })
        }
    }
}
