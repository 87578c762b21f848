import Torch

/// Steps by the gradient over the root of the sum of all its squares, so that parameters with rare gradients move
/// further.
///
/// s ← s + g²; θ ← θ - lr / (1 + (t - 1)·lrDecay) · g / (√s + eps) in step t. The results are those of PyTorch's
/// `Adagrad(fused=True)`, to the bit, and with sparse gradients, which that refuses, those of plain `Adagrad`. Duchi
/// and others 2011, "Adaptive subgradient methods for online learning and stochastic optimization".
public final class Adagrad: Optimizer, ScaledOptimizer {
    private struct Options: GroupOptions {
        let learningRate, lrDecay, weightDecay, initialAccumulatorValue, eps: Double
        let maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            lrDecay = try state.double("lr_decay")
            weightDecay = try state.double("weight_decay")
            initialAccumulatorValue = try state.double("initial_accumulator_value")
            eps = try state.double("eps")
            maximize = try state.bool("maximize")
        }
    }

    /// The value with which the sums of squares begin.
    private let initialSum: Double

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - lrDecay: how fast the learning rate decreases with the steps.
    ///   - weightDecay: the factor by which the parameter is added to its gradient.
    ///   - initialAccumulatorValue: the value with which the sum of squares begins, for all groups.
    ///   - eps: a small number that keeps the denominator from becoming zero.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-2, lrDecay: Double = 0, weightDecay: Double = 0,
        initialAccumulatorValue: Double = 0, eps: Double = 1e-10, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, lrDecay: lrDecay,
            weightDecay: weightDecay, initialAccumulatorValue: initialAccumulatorValue, eps: eps, maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-2, lrDecay: Double = 0, weightDecay: Double = 0,
        initialAccumulatorValue: Double = 0, eps: Double = 1e-10, maximize: Bool = false
    ) throws {
        initialSum = initialAccumulatorValue
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "lr_decay": .double(lrDecay), "eps": .double(eps),
                "weight_decay": .double(weightDecay), "initial_accumulator_value": .double(initialAccumulatorValue),
                "foreach": .none, "maximize": .bool(maximize), "differentiable": false, "fused": true,
            ])
        memory = ParameterMemory(steps: .counter, buffers: ["sum"])
        // PyTorch creates the state of the first parameters here, with or without a gradient, so it is in what is
        // saved.
        try noGrad {
            for (index, parameter) in parameters.enumerated() {
                let bucket = try GradientBucket(index, parameter, gradient: parameter)
                try memory.begin(bucket)
                _ = try memory.buffers("sum", of: bucket, initial: initialAccumulatorValue)
            }
        }
    }

    // The first versions had a fixed epsilon.
    override var optionsOfLaterVersions: Set<String> { ["eps"] }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps", in: options)
        _ = try Options(options)
    }

    public override func step() throws {
        try step(gradScale: nil, foundInf: nil)
    }

    package func step(gradScale: Tensor?, foundInf: Tensor?) throws {
        try forEachBucket(
            sparseStep: { index, parameter, gradient, options in
                guard let gradient = try unscaled(gradient, gradScale, foundInf) else { return }
                try self.sparseStep(index, parameter, gradient, options)
            }
        ) { (bucket, options: Options) in
            let (gradScale, foundInf) = (try gradScale?.to(bucket.device), try foundInf?.to(bucket.device))
            try memory.begin(bucket)
            let sums = try memory.buffers("sum", of: bucket, initial: initialSum)
            let (steps, distinct) = try memory.countOnDevice(bucket)
            try Tensor.fusedAdagrad_(
                bucket.parameters, grads: bucket.gradients, stateSums: sums, stateSteps: steps,
                lr: options.learningRate, lrDecay: options.lrDecay, weightDecay: options.weightDecay, eps: options.eps,
                maximize: options.maximize, gradScale: gradScale, foundInf: foundInf)
            // A skipped step does not count.
            if let foundInf, !distinct.isEmpty { try Tensor.foreachAdd_(distinct, foundInf, alpha: -1) }
        }
    }

    /// Makes a step with a sparse gradient: only the elements with a gradient change, and only their sums.
    private func sparseStep(_ index: Int, _ parameter: Tensor, _ gradient: Tensor, _ options: Options) throws {
        guard options.weightDecay == 0 else {
            throw OptimizerError(
                "the gradient of parameter \(index) is sparse, and a weight decay would move every element: set "
                    + "'weight_decay' to 0 for its group, or use an embedding with dense gradients")
        }
        guard !parameter.dtype.isComplex else {
            throw OptimizerError(
                "the gradient of parameter \(index) is sparse and \(parameter.dtype): Adagrad takes sparse gradients of "
                    + "real parameters only")
        }
        let bucket = try GradientBucket(index, parameter, gradient: gradient)
        try memory.begin(bucket)
        guard let sums = try memory.buffers("sum", of: bucket, initial: initialSum).first,
            let step = try memory.countOnDevice(bucket).counters.first?.item(Double.self)
        else { return }
        // Rows that occur several times are added up first, since what follows is not linear.
        let gradient = try (options.maximize ? gradient.neg() : gradient).coalesce()
        let (rows, values) = (try gradient.indices(), try gradient.values())
        func spread(_ values: Tensor) throws -> Tensor {
            try Tensor.sparseCooTensor(rows, values: values, size: gradient.shape)
        }
        try sums.add_(spread(values.pow(2)))
        let deviations = try sums.sparseMask(mask: gradient).values().sqrt().add_(options.eps)
        let rate = options.learningRate / (1 + (step - 1) * options.lrDecay)
        try parameter.add_(spread(values / deviations), alpha: -rate)
    }
}
