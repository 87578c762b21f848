import Torch

/// Steps by the gradient over the root of the mean of its squares, with momentum if wanted.
///
/// v ← α·v + (1 - α)·g²; θ ← θ - lr·g / (√v + eps), and `centered` subtracts the square of the mean gradient from v.
/// The results are those of PyTorch's `RMSprop(foreach=True)`, to the bit. Tieleman and Hinton 2012, "Lecture 6.5:
/// RMSprop"; centered: Graves 2013, "Generating sequences with recurrent neural networks".
public final class RMSprop: Optimizer {
    private struct Options: GroupOptions {
        let learningRate, alpha, eps, weightDecay, momentum: Double
        let centered, maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            alpha = try state.double("alpha")
            eps = try state.double("eps")
            weightDecay = try state.double("weight_decay")
            momentum = try state.double("momentum")
            centered = try state.bool("centered")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - alpha: the decay rate of the mean of squares.
    ///   - eps: a small number that keeps the denominator from becoming zero.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - momentum: the part of the last step that is added to this one; 0 disables it.
    ///   - centered: whether to divide by the standard deviation of the gradients instead.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8,
        weightDecay: Double = 0, momentum: Double = 0, centered: Bool = false, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, alpha: alpha,
            eps: eps,
            weightDecay: weightDecay, momentum: momentum, centered: centered, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8,
        weightDecay: Double = 0, momentum: Double = 0, centered: Bool = false, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "momentum": .double(momentum), "alpha": .double(alpha),
                "eps": .double(eps), "centered": .bool(centered), "weight_decay": .double(weightDecay),
                "capturable": false, "foreach": .none, "maximize": .bool(maximize), "differentiable": false,
            ])
        memory = ParameterMemory(
            steps: .number, buffers: ["square_avg", "momentum_buffer", "grad_avg"],
            optionalBuffers: ["momentum_buffer", "grad_avg"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "eps", "momentum", "weight_decay", "alpha", in: options)
        _ = try Options(options)
    }

    public override func step() throws {
        try forEachBucket { (bucket, options: Options) in
            try memory.begin(bucket)
            let squares = try memory.buffers("square_avg", of: bucket)
            let velocities = options.momentum > 0 ? try memory.buffers("momentum_buffer", of: bucket) : []
            let means = options.centered ? try memory.buffers("grad_avg", of: bucket) : []
            _ = memory.count(bucket)
            let gradients = try bucket.prepared(weightDecay: options.weightDecay, maximize: options.maximize).gradients
            try Tensor.foreachMul_(squares, scalar: options.alpha)
            try Tensor.foreachAddcmul_(squares, gradients, gradients, value: 1 - options.alpha)
            let deviations: [Tensor]
            if options.centered {
                try Tensor.foreachLerp_(means, tensors1: gradients, weight: 1 - options.alpha)
                deviations = try Tensor.foreachAddcmul(squares, means, means, value: -1)
                try Tensor.foreachSqrt_(deviations)
            } else {
                deviations = try Tensor.foreachSqrt(squares)
            }
            try Tensor.foreachAdd_(deviations, scalar: options.eps)
            let rate = -options.learningRate
            if options.momentum > 0 {
                try Tensor.foreachMul_(velocities, scalar: options.momentum)
                try Tensor.foreachAddcdiv_(velocities, gradients, deviations)
                try Tensor.foreachAdd_(bucket.parameters, velocities, alpha: rate)
            } else {
                try Tensor.foreachAddcdiv_(bucket.parameters, gradients, deviations, value: rate)
            }
        }
    }
}
