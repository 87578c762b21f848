import Torch

/// A scheduler whose rates depend on functions of the step: `LambdaLR` or `MultiplicativeLR`.
///
/// The functions are not in the state: to resume, pass the same ones again.
public class FunctionScheduler: LRScheduler {
    /// What a parameter group's rate is multiplied by at a step.
    public typealias Factor = (_ epoch: Int) throws -> Double

    fileprivate let lambdas: [Factor]

    /// Creates a scheduler with one function for all parameter groups.
    ///
    /// - Parameter lambda: the factor at a step, for all parameter groups.
    /// - Throws: as `LRScheduler`, and what the function throws.
    public convenience init(_ optimizer: Optimizer, lastEpoch: Int = -1, lambda: @escaping Factor) throws {
        let lambdas = [Factor](repeating: lambda, count: optimizer.parameterGroups.count)
        try self.init(optimizer, lambdas: lambdas, lastEpoch: lastEpoch)
    }

    /// Creates a scheduler with a function for each parameter group.
    ///
    /// - Parameter lambdas: a function for each parameter group.
    /// - Throws: `SchedulerError` unless there are as many functions as groups; otherwise as `LRScheduler`, and what
    ///   the functions throw.
    public init(_ optimizer: Optimizer, lambdas: [Factor], lastEpoch: Int = -1) throws {
        guard lambdas.count == optimizer.parameterGroups.count else {
            throw SchedulerError(
                "there are \(lambdas.count) functions for \(optimizer.parameterGroups.count) parameter groups")
        }
        self.lambdas = lambdas
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func stateDict() throws -> StateDict {
        var state = try super.stateDict()
        state["lr_lambdas"] = .list(lambdas.map { _ in .none })
        return state
    }
}

/// Sets the learning rates to the initial ones times a function of the step. PyTorch's `LambdaLR`.
///
/// ```swift
/// let scheduler = try LambdaLR(optimizer) { epoch in 1 / Double(1 + epoch) }
/// ```
public final class LambdaLR: FunctionScheduler {
    public override func learningRates() throws -> [Double] {
        try zip(baseLearningRates, lambdas).map { try $0 * $1(lastEpoch) }
    }
}

/// Multiplies the learning rates by a function of the step at each step. PyTorch's `MultiplicativeLR`.
///
/// The function is first called for step 1.
public final class MultiplicativeLR: FunctionScheduler {
    public override func learningRates() throws -> [Double] {
        let rates = try currentLearningRates()
        return isInitialStep ? rates : try zip(rates, lambdas).map { try $0 * $1(lastEpoch) }
    }
}
