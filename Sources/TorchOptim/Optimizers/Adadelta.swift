import Torch

/// Steps by the gradient over the root of its mean square, times the root of the mean square of the steps so far.
///
/// v ← ρ·v + (1 - ρ)·g², Δ = g·√(u + eps) / √(v + eps), u ← ρ·u + (1 - ρ)·Δ², θ ← θ - lr·Δ. The results are those of
/// PyTorch's `Adadelta(foreach=True)`, to the bit. Zeiler 2012, "ADADELTA: An adaptive learning rate method".
public final class Adadelta: Optimizer {
    private struct Options: GroupOptions {
        let learningRate, rho, eps, weightDecay: Double
        let maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            rho = try state.double("rho")
            eps = try state.double("eps")
            weightDecay = try state.double("weight_decay")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - rho: the decay rate of the two mean squares, from 0 to 1.
    ///   - eps: a small number that keeps the roots from becoming zero.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1.0, rho: Double = 0.9, eps: Double = 1e-6,
        weightDecay: Double = 0, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, rho: rho, eps: eps,
            weightDecay: weightDecay, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1.0, rho: Double = 0.9, eps: Double = 1e-6,
        weightDecay: Double = 0, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "rho": .double(rho), "eps": .double(eps),
                "weight_decay": .double(weightDecay), "maximize": .bool(maximize), "capturable": false,
                "foreach": .none, "differentiable": false,
            ])
        memory = ParameterMemory(steps: .number, buffers: ["square_avg", "acc_delta"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "eps", "weight_decay", in: options)
        let options = try Options(options)
        guard (0...1).contains(options.rho) else {
            throw OptimizerError("'rho' must be from 0 to 1, and is \(options.rho)")
        }
    }

    public override func step() throws {
        try forEachBucket { (bucket, options: Options) in
            try memory.begin(bucket)
            let squares = try memory.buffers("square_avg", of: bucket)
            let deltaSquares = try memory.buffers("acc_delta", of: bucket)
            _ = memory.count(bucket)
            let gradients = try bucket.prepared(weightDecay: options.weightDecay, maximize: options.maximize).gradients
            try Tensor.foreachMul_(squares, scalar: options.rho)
            try Tensor.foreachAddcmul_(squares, gradients, gradients, value: 1 - options.rho)
            let deviations = try Tensor.foreachAdd(squares, scalar: options.eps)
            try Tensor.foreachSqrt_(deviations)
            let deltas = try Tensor.foreachAdd(deltaSquares, scalar: options.eps)
            try Tensor.foreachSqrt_(deltas)
            try Tensor.foreachDiv_(deltas, deviations)
            try Tensor.foreachMul_(deltas, gradients)
            try Tensor.foreachMul_(deltaSquares, scalar: options.rho)
            try Tensor.foreachAddcmul_(deltaSquares, deltas, deltas, value: 1 - options.rho)
            try Tensor.foreachAdd_(bucket.parameters, deltas, alpha: -options.learningRate)
        }
    }
}
