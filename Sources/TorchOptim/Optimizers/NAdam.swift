import Foundation
import Torch

/// Adam with Nesterov momentum: a step uses the mean of the gradients as it will be in the next step.
///
/// μₜ = β₁·(1 - 0.96^(t·momentumDecay) / 2); m and v as Adam's; θ ← θ - lr·((1 - μₜ)·g / (1 - Πμ) + μₜ₊₁·m / (1 -
/// Πμ·μₜ₊₁)) / (√v̂ + eps), where Πμ is the product of all μ so far. The results are those of PyTorch's
/// `NAdam(foreach=True)`, to the bit. Dozat 2016, "Incorporating Nesterov momentum into Adam".
public final class NAdam: Optimizer {
    private struct Options: GroupOptions {
        let learningRate, eps, weightDecay, momentumDecay: Double
        let betas: (Double, Double)
        let decoupledWeightDecay, maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            betas = try state.pair("betas")
            eps = try state.double("eps")
            weightDecay = try state.double("weight_decay")
            momentumDecay = try state.double("momentum_decay")
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
    ///   - momentumDecay: how fast the momentum approaches its full size.
    ///   - decoupledWeightDecay: whether to subtract the weight decay from the parameter instead of adding it to the
    ///     gradient.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8,
        weightDecay: Double = 0, momentumDecay: Double = 4e-3, decoupledWeightDecay: Bool = false,
        maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, betas: betas,
            eps: eps,
            weightDecay: weightDecay, momentumDecay: momentumDecay, decoupledWeightDecay: decoupledWeightDecay,
            maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, weightDecay: Double = 0, momentumDecay: Double = 4e-3, decoupledWeightDecay: Bool = false,
        maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "betas": .tuple([.double(betas.0), .double(betas.1)]), "eps": .double(eps),
                "weight_decay": .double(weightDecay), "momentum_decay": .double(momentumDecay),
                "decoupled_weight_decay": .bool(decoupledWeightDecay), "maximize": .bool(maximize), "foreach": .none,
                "capturable": false, "differentiable": false,
            ])
        memory = ParameterMemory(steps: .number, numbers: ["mu_product"], buffers: ["exp_avg", "exp_avg_sq"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "eps", "weight_decay", "momentum_decay", in: options)
        try requireBetas(in: options)
        _ = try Options(options)
    }

    public override func step() throws {
        try forEachBucket { (bucket, options: Options) in
            let (beta1, beta2) = options.betas
            try memory.begin(bucket, numbers: [1])
            let means = try memory.buffers("exp_avg", of: bucket)
            let squares = try memory.buffers("exp_avg_sq", of: bucket)
            let steps = memory.count(bucket)
            let gradients = try bucket.decayedGradients(
                options.weightDecay, isDecoupled: options.decoupledWeightDecay, learningRate: options.learningRate,
                maximize: options.maximize)
            try Tensor.foreachLerp_(means, tensors1: gradients, weight: 1 - beta1)
            try Tensor.foreachMul_(squares, scalar: beta2)
            try Tensor.foreachAddcmul_(squares, gradients, gradients, value: 1 - beta2)
            let deviations = try Tensor.foreachSqrt(squares)
            try Tensor.foreachDiv_(deviations, scalars: steps.map { .real(pow(1 - pow(beta2, $0), 0.5)) })
            try Tensor.foreachAdd_(deviations, scalar: options.eps)

            func momentum(_ step: Double) -> Double {
                beta1 * (1 - 0.5 * pow(0.96, step * options.momentumDecay))
            }
            // In single precision, as PyTorch keeps it.
            let products = zip(memory.numbers("mu_product", of: bucket), steps).map { $0 * Float(momentum($1)) }
            memory.setNumbers("mu_product", of: bucket, to: products)
            let rate = options.learningRate
            try Tensor.foreachAddcdiv_(
                bucket.parameters, gradients, deviations,
                scalars: zip(steps, products).map { step, product in
                    .real(rate * (1 - momentum(step)) / (1 - Double(product)) * -1)
                })
            try Tensor.foreachAddcdiv_(
                bucket.parameters, means, deviations,
                scalars: zip(steps, products).map { step, product in
                    .real(rate * momentum(step + 1) / (1 - Double(product) * momentum(step + 1)) * -1)
                })
        }
    }
}
