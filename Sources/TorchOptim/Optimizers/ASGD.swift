import Torch

/// Stochastic gradient descent that also keeps the average of the parameters over the steps, which is often better.
///
/// θ ← θ - ηₜ·(g + lambda·θ), with ηₜ = lr / (1 + lambda·lr·t)^alpha. From step t0 on, `ax` in the state is the average
/// of θ. The results are those of PyTorch's `ASGD(foreach=True)`, to the bit. Polyak and Juditsky 1992, "Acceleration
/// of stochastic approximation by averaging".
public final class ASGD: Optimizer {
    private struct Options: GroupOptions {
        let learningRate, lambda, alpha, t0, weightDecay: Double
        let maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            lambda = try state.double("lambd")
            alpha = try state.double("alpha")
            t0 = try state.double("t0")
            weightDecay = try state.double("weight_decay")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - lambda: the part of the parameter that each step subtracts, times the step size.
    ///   - alpha: the power by which the step size decreases.
    ///   - t0: the step at which the average begins.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-2, lambda: Double = 1e-4, alpha: Double = 0.75,
        t0: Double = 1e6, weightDecay: Double = 0, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, lambda: lambda,
            alpha: alpha, t0: t0,
            weightDecay: weightDecay, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-2, lambda: Double = 1e-4, alpha: Double = 0.75,
        t0: Double = 1e6, weightDecay: Double = 0, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "lambd": .double(lambda), "alpha": .double(alpha), "t0": .double(t0),
                "weight_decay": .double(weightDecay), "foreach": .none, "maximize": .bool(maximize),
                "differentiable": false, "capturable": false,
            ])
        memory = ParameterMemory(steps: .number, numbers: ["eta", "mu"], buffers: ["ax"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "weight_decay", in: options)
        try requireNumbers("lambd", "alpha", "t0", in: options)
        _ = try Options(options)
    }

    public override func step() throws {
        try forEachBucket { (bucket, options: Options) in
            try memory.begin(bucket, numbers: [Float(options.learningRate), 1])
            let averages = try memory.buffers("ax", of: bucket)
            let steps = memory.count(bucket)
            let (gradients, areCopies) = try bucket.prepared(
                weightDecay: options.weightDecay, maximize: options.maximize)
            let directions: [Tensor]
            if areCopies, options.weightDecay != 0 {
                directions = gradients
                try Tensor.foreachAdd_(directions, bucket.parameters, alpha: options.lambda)
            } else {
                directions = try Tensor.foreachAdd(gradients, bucket.parameters, alpha: options.lambda)
            }
            try Tensor.foreachAddcmul_(
                bucket.parameters, directions, tensors(memory.numbers("eta", of: bucket), bucket),
                value: -1)
            let distances = try Tensor.foreachSub(bucket.parameters, averages)
            try Tensor.foreachAddcmul_(
                averages, distances, tensors(memory.numbers("mu", of: bucket), bucket))

            var sizes: [Double: Float] = [:]
            for step in steps where sizes[step] == nil { sizes[step] = try stepSize(options, after: step) }
            memory.setNumbers("eta", of: bucket, to: steps.map { sizes[$0] ?? 0 })
            memory.setNumbers("mu", of: bucket, to: steps.map { Float(1 / max(1, $0 - options.t0)) })
        }
    }

    /// Returns one tensor for each number, as the kernel takes them; equal numbers share one.
    private func tensors(_ numbers: [Float], _ bucket: GradientBucket) throws -> [Tensor] {
        var known: [Float: Tensor] = [:]
        return try numbers.map { number in
            if let tensor = known[number] { return tensor }
            let tensor = try Tensor.full([], Double(number), dtype: .float32, device: bucket.device)
            known[number] = tensor
            return tensor
        }
    }

    /// Returns ηₜ, in single precision as PyTorch computes it.
    private func stepSize(_ options: Options, after step: Double) throws -> Float {
        let base = try Tensor.full([], step, dtype: .float32)
            .mul(options.lambda * options.learningRate).add(1).pow(options.alpha)
        return try base.reciprocal().mul(options.learningRate).item(Float.self)
    }
}
