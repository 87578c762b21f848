import Torch

/// Steps by the sign of the gradient alone, further while the sign stays the same and less far when it changes. It is
/// meant for training on the whole data at once.
///
/// Each element has its own step size, which is multiplied by η⁺ if the gradient has the sign of the last one, and by
/// η⁻ if it does not; then the element stays as it is for one step. The results are those of PyTorch's
/// `Rprop(foreach=True)`, to the bit. Riedmiller and Braun 1993, "A direct adaptive method for faster backpropagation
/// learning: The RPROP algorithm".
public final class Rprop: Optimizer {
    private struct Options: GroupOptions {
        let learningRate: Double
        let etas, stepSizes: (Double, Double)
        let maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            etas = try state.pair("etas")
            stepSizes = try state.pair("step_sizes")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - learningRate: the first step size of all elements.
    ///   - etas: what the step size is multiplied by if the sign changed, between 0 and 1, and if it did not, above 1.
    ///   - stepSizes: the least and the greatest step size.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-2, etas: (Double, Double) = (0.5, 1.2),
        stepSizes: (Double, Double) = (1e-6, 50), maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, etas: etas,
            stepSizes: stepSizes,
            maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-2, etas: (Double, Double) = (0.5, 1.2),
        stepSizes: (Double, Double) = (1e-6, 50), maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "etas": .tuple([.double(etas.0), .double(etas.1)]),
                "step_sizes": .tuple([.double(stepSizes.0), .double(stepSizes.1)]), "foreach": .none,
                "maximize": .bool(maximize), "differentiable": false, "capturable": false,
            ])
        memory = ParameterMemory(steps: .number, buffers: ["prev", "step_size"])
    }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", in: options)
        let options = try Options(options)
        let (down, up) = options.etas
        guard down > 0, down < 1, up > 1 else {
            throw OptimizerError("'etas' must be between 0 and 1, and above 1; they are \(options.etas)")
        }
        guard options.stepSizes.0 <= options.stepSizes.1 else {
            throw OptimizerError("'step_sizes' must be the least and the greatest, and are \(options.stepSizes)")
        }
    }

    public override func step() throws {
        try forEachBucket { (bucket, options: Options) in
            let (down, up) = options.etas
            try memory.begin(bucket)
            let previous = try memory.buffers("prev", of: bucket)
            let sizes = try memory.buffers("step_size", of: bucket, initial: options.learningRate)
            _ = memory.count(bucket)
            let factors = try Tensor.foreachMul(bucket.gradients, previous)
            if options.maximize { try Tensor.foreachNeg_(factors) }
            try Tensor.foreachCopy_(previous, bucket.gradients)
            if options.maximize { try Tensor.foreachNeg_(previous) }
            try Tensor.foreachSign_(factors)
            for (factor, gradient) in zip(factors, previous) {
                let turned = try factor.lt(0)
                try factor.maskedFill_(mask: factor.gt(0), value: up)
                try factor.maskedFill_(mask: factor.eq(0), value: 1)
                try factor.maskedFill_(mask: turned, value: down)
                // If the sign changed, this step leaves the element as it is, and the next takes its sign as new.
                try gradient.maskedFill_(mask: turned, value: 0)
            }
            try Tensor.foreachMul_(sizes, factors)
            try Tensor.foreachClampMin_(sizes, scalar: options.stepSizes.0)
            try Tensor.foreachClampMax_(sizes, scalar: options.stepSizes.1)
            try Tensor.foreachAddcmul_(
                bucket.parameters, Tensor.foreachSign(previous), sizes, value: -1)
        }
    }
}
