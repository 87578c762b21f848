import Torch

/// Sets the learning rates to the initial ones times a function of the step. PyTorch's `LambdaLR`.
///
/// ```swift
/// let scheduler = try LambdaLR(optimizer) { epoch in 1 / Double(1 + epoch) }
/// ```
///
/// The functions are not in the state: to resume, pass the same ones again.
public final class LambdaLR: LRScheduler {
    /// What a parameter group's initial rate is multiplied by at a step.
    public typealias Factor = (_ epoch: Int) throws -> Double

    private let lambdas: [Factor]

    /// - Parameter lambda: the factor at a step, for all parameter groups.
    /// - Throws: as `LRScheduler`, and what the function throws.
    public convenience init(_ optimizer: Optimizer, lastEpoch: Int = -1, lambda: @escaping Factor) throws {
        let lambdas = [Factor](repeating: lambda, count: optimizer.parameterGroups.count)
        try self.init(optimizer, lambdas: lambdas, lastEpoch: lastEpoch)
    }

    /// - Parameter lambdas: a function for each parameter group.
    /// - Throws: `SchedulerError` unless there are as many functions as groups; otherwise as `LRScheduler`.
    public init(_ optimizer: Optimizer, lambdas: [Factor], lastEpoch: Int = -1) throws {
        try requireOneForEachGroup(of: optimizer, lambdas.count)
        self.lambdas = lambdas
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        try zip(baseLearningRates, lambdas).map { try $0 * $1(lastEpoch) }
    }

    public override func stateDict() throws -> StateDict {
        var state = try super.stateDict()
        state["lr_lambdas"] = .list(lambdas.map { _ in .none })
        return state
    }
}

/// Throws unless there are as many functions as an optimizer has groups.
func requireOneForEachGroup(of optimizer: Optimizer, _ count: Int) throws {
    guard count == optimizer.parameterGroups.count else {
        throw SchedulerError("there are \(count) functions for \(optimizer.parameterGroups.count) parameter groups")
    }
}

/// Multiplies the learning rates by a function of the step at each step. PyTorch's `MultiplicativeLR`.
///
/// The functions are not in the state: to resume, pass the same ones again.
public final class MultiplicativeLR: LRScheduler {
    /// What a parameter group's rate is multiplied by at a step.
    public typealias Factor = (_ epoch: Int) throws -> Double

    private let lambdas: [Factor]

    /// - Parameter lambda: the factor at a step, for all parameter groups; it is first called for step 1.
    /// - Throws: as `LRScheduler`.
    public convenience init(_ optimizer: Optimizer, lastEpoch: Int = -1, lambda: @escaping Factor) throws {
        let lambdas = [Factor](repeating: lambda, count: optimizer.parameterGroups.count)
        try self.init(optimizer, lambdas: lambdas, lastEpoch: lastEpoch)
    }

    /// - Parameter lambdas: a function for each parameter group.
    /// - Throws: `SchedulerError` unless there are as many functions as groups; otherwise as `LRScheduler`.
    public init(_ optimizer: Optimizer, lambdas: [Factor], lastEpoch: Int = -1) throws {
        try requireOneForEachGroup(of: optimizer, lambdas.count)
        self.lambdas = lambdas
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let rates = try currentLearningRates()
        return isInitialStep ? rates : try zip(rates, lambdas).map { try $0 * $1(lastEpoch) }
    }

    public override func stateDict() throws -> StateDict {
        var state = try super.stateDict()
        state["lr_lambdas"] = .list(lambdas.map { _ in .none })
        return state
    }
}
