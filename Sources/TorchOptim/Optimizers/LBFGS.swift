import Torch

/// Limited-memory BFGS: steps by the gradient times an estimate of the inverse Hessian, which it makes from past steps.
///
/// A step evaluates the loss several times, so it takes a closure, and all parameters form one group. The results are
/// those of PyTorch's `LBFGS`, to the bit. Liu and Nocedal 1989, "On the limited memory BFGS method for large scale
/// optimization".
///
/// ```swift
/// let loss = try optimizer.step {
///     try optimizer.zeroGrad()
///     let loss = try mseLoss(network(inputs), targets)
///     try loss.backward()
///     return loss
/// }
/// ```
public final class LBFGS: Optimizer {
    /// How the length of a step is found.
    public enum LineSearch: String, CaseIterable, Sendable {
        /// A search for a step that meets the strong Wolfe conditions.
        case strongWolfe = "strong_wolfe"
    }

    struct Options: GroupOptions {
        let learningRate, toleranceGradient, toleranceChange: Double
        let maxIterations, maxEvaluations, historySize: Int
        let lineSearch: LineSearch?

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            maxIterations = try state.int("max_iter")
            maxEvaluations = try state.int("max_eval")
            toleranceGradient = try state.double("tolerance_grad")
            toleranceChange = try state.double("tolerance_change")
            historySize = try state.int("history_size")
            if case .none = try state.value("line_search_fn") {
                lineSearch = nil
            } else {
                let name = try state.string("line_search_fn")
                guard let search = LineSearch(rawValue: name) else {
                    throw OptimizerError("'line_search_fn' must be 'strong_wolfe' or none, and is '\(name)'")
                }
                lineSearch = search
            }
        }
    }

    private var history = LBFGSHistory()

    /// Creates an optimizer for parameters that are all in one group.
    ///
    /// - Parameters:
    ///   - learningRate: the length of a step without a line search, and the first length that a search tries.
    ///   - maxIterations: how many times a step changes the parameters at most.
    ///   - maxEvaluations: how many times a step evaluates the loss at most; `nil` means five quarters of
    ///     `maxIterations`.
    ///   - toleranceGradient: a step ends once no element of the gradient is greater than this.
    ///   - toleranceChange: a step ends once the loss or the parameters change by less than this.
    ///   - historySize: how many past steps the estimate uses; each takes twice the parameters' memory.
    ///   - lineSearch: how the length of a step is found; `nil` means that it is the learning rate.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public init(
        _ parameters: some ParameterSource, learningRate: Double = 1, maxIterations: Int = 20,
        maxEvaluations: Int? = nil,
        toleranceGradient: Double = 1e-7, toleranceChange: Double = 1e-9, historySize: Int = 100,
        lineSearch: LineSearch? = nil
    ) throws {
        let (product, overflows) = maxIterations.multipliedReportingOverflow(by: 5)
        try super.init(
            groups: [ParameterGroup(parameters.optimizedParameters())],
            defaults: [
                "lr": .double(learningRate), "max_iter": .int(maxIterations),
                "max_eval": .int(maxEvaluations ?? (overflows ? .max : product / 4)),
                "tolerance_grad": .double(toleranceGradient), "tolerance_change": .double(toleranceChange),
                "history_size": .int(historySize),
                "line_search_fn": lineSearch.map { .string($0.rawValue) } ?? .none,
            ])
    }

    override var takesOneGroup: Bool { true }

    public override func validate(_ options: StateDict) throws {
        try requireNotNegative("lr", in: options)
        try requireNumbers("tolerance_grad", "tolerance_change", in: options)
        let options = try Options(options)
        guard options.maxIterations >= 0, options.maxEvaluations >= 0, (1...1_000_000).contains(options.historySize)
        else {
            throw OptimizerError(
                "'max_iter' and 'max_eval' must not be negative, 'history_size' must be from 1 to a million; they are "
                    + "\(options.maxIterations), \(options.maxEvaluations) and \(options.historySize)")
        }
    }

    /// Always throws, since a step must evaluate the loss: call `step` with a closure.
    public override func step() throws {
        throw OptimizerError("LBFGS evaluates the loss several times in a step: call step with a closure")
    }

    /// Changes the parameters until neither they nor the loss change any more, or a limit is reached.
    ///
    /// - Parameter closure: clears the gradients, computes new ones, and returns the loss.
    /// - Returns: the loss before the step.
    @discardableResult
    public override func step(_ closure: () throws -> Tensor) throws -> Tensor {
        try withStepHooks {
            guard let options = try parameterGroups.first?.options(as: Options.self, of: self) else {
                throw OptimizerError("an optimizer needs parameters, and got none")
            }
            return try withoutActuallyEscaping(closure) { closure in
                try noGrad { try step(options) { try enableGrad(closure) } }
            }
        }
    }

    private func step(_ options: Options, _ closure: @escaping () throws -> Tensor) throws -> Tensor {
        let firstLoss = try closure()
        var loss = SearchNumber(try firstLoss.item(Double.self))
        var gradient = try flatGradient()
        var evaluations = 1
        history.evaluationCount += 1
        if try isFlat(gradient, options) { return firstLoss }

        var history = self.history
        defer {
            history.hasMadeStep = true
            self.history = history
        }
        for iteration in stride(from: 1, through: options.maxIterations, by: 1) {
            let direction = try history.direction(for: gradient, historySize: options.historySize)
            let previousLoss = loss
            history.previousLoss = loss.value
            history.previousGradient = gradient
            let rate = SearchNumber(options.learningRate)
            var size =
                history.iterationCount == 1
                ? try .least(1.0, 1.0 / SearchNumber(gradient.abs().sum())) * rate : rate
            defer { history.stepSize = size }
            let slope = try SearchNumber(gradient.dot(direction))
            if slope > SearchNumber(-options.toleranceChange) { break }

            var evaluationsNow = 0
            if options.lineSearch != nil {
                let before = try parameters.map { try $0.clone() }
                let search = StrongWolfe(
                    direction: direction,
                    start: .init(step: 0, loss: loss, gradient: gradient, slope: slope),
                    toleranceChange: options.toleranceChange, maxEvaluations: options.maxEvaluations - evaluations
                ) { size in
                    try self.move(by: size, along: direction)
                    let loss = SearchNumber(try closure().item(Double.self))
                    let gradient = try self.flatGradient()
                    for (parameter, value) in zip(self.parameters, before) { try parameter.copy_(value) }
                    return (loss, gradient)
                }
                let found = try search.search(from: size)
                (loss, gradient, size) = (found.point.loss, found.point.gradient, found.point.step)
                evaluationsNow = found.evaluations
                try move(by: size, along: direction)
            } else {
                try move(by: size, along: direction)
                // After the last iteration nothing would use the loss.
                if iteration != options.maxIterations {
                    loss = SearchNumber(try closure().item(Double.self))
                    gradient = try flatGradient()
                    evaluationsNow = 1
                }
            }
            evaluations += evaluationsNow
            history.evaluationCount += evaluationsNow

            if iteration == options.maxIterations || evaluations >= options.maxEvaluations { break }
            if try isFlat(gradient, options) { break }
            let change = try SearchNumber(direction.mul(size.scalar).abs().max())
            if change <= SearchNumber(options.toleranceChange) { break }
            if abs(loss.value - previousLoss.value) < options.toleranceChange { break }
        }
        return firstLoss
    }

    /// Returns the gradients of all parameters as one vector, which has the two parts of each complex number, and zeros
    /// if there is no gradient.
    private func flatGradient() throws -> Tensor {
        try Tensor.cat(
            parameters.map { parameter in
                guard let gradient = parameter.grad else {
                    return try Tensor.zerosLike(real(parameter)).reshape([-1])
                }
                guard gradient.shape == parameter.shape else {
                    throw OptimizerError(
                        "a gradient has the shape \(gradient.shape), and its parameter \(parameter.shape)")
                }
                let dense = try gradient.sparseDim() > 0 ? gradient.toDense() : gradient
                return try real(dense.resolveConj()).reshape([-1])
            })
    }

    /// Returns a tensor, or the real view of a complex one.
    private func real(_ tensor: Tensor) throws -> Tensor {
        tensor.dtype.isComplex ? try realView(of: tensor) : tensor
    }

    private func isFlat(_ gradient: Tensor, _ options: Options) throws -> Bool {
        try SearchNumber(gradient.abs().max()) <= SearchNumber(options.toleranceGradient)
    }

    private func move(by size: SearchNumber, along direction: Tensor) throws {
        var offset = 0
        for parameter in parameters {
            let parameter = try real(parameter)
            let count = parameter.count
            let part = try direction.narrow(dim: 0, start: offset, length: count).view(parameter.shape)
            try parameter.add_(part, alpha: size.scalar)
            offset += count
        }
    }

    // MARK: State

    public override func parameterState(at index: Int) throws -> StateDict? {
        index == 0 ? try history.state() : nil
    }

    public override func setParameterStates(_ states: [StateDict?]) throws {
        guard states.dropFirst().allSatisfy({ $0?.isEmpty ?? true }) else {
            throw OptimizerError("the state was not saved by LBFGS, which keeps one for all parameters together")
        }
        history = try LBFGSHistory(states.first ?? nil, parameters: parameters)
    }
}
