import Torch

/// At each step multiplies the learning rates by a function of the step. PyTorch's `MultiplicativeLR`.
///
/// The functions are not in the state: whoever resumes gives the same again.
public final class MultiplicativeLR: LRScheduler {
    /// What a parameter group's rate is multiplied by at a step.
    public typealias Factor = (_ epoch: Int) throws -> Double

    private let lambdas: [Factor]

    /// - Parameter lambda: the factor at a step, for all parameter groups; first called for step 1.
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
