import Foundation
import Torch

/// Multiplies the learning rates by `gamma` at every step. PyTorch's `ExponentialLR`.
public final class ExponentialLR: LRScheduler {
    public private(set) var gamma: Double

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` if `gamma` is negative; otherwise as `LRScheduler`.
    public init(_ optimizer: Optimizer, gamma: Double, lastEpoch: Int = -1) throws {
        self.gamma = try checked("gamma", gamma)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        try currentLearningRates().map { isInitialStep ? $0 : $0 * gamma }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        baseLearningRates.map { $0 * pow(gamma, lastEpoch) }
    }

    public override func ownState() throws -> StateDict {
        ["gamma": .double(gamma)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        gamma = try checked("gamma", state.double("gamma"))
    }
}

/// Lowers the learning rates to zero in `totalIters` steps, in proportion to (1 - t / totalIters)^power. PyTorch's
/// `PolynomialLR`.
public final class PolynomialLR: LRScheduler {
    public private(set) var totalIters: Int
    public private(set) var power: Double

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` unless `totalIters` is at least 1 and `power` not negative; otherwise as
    ///   `LRScheduler`.
    public init(_ optimizer: Optimizer, totalIters: Int = 5, power: Double = 1, lastEpoch: Int = -1) throws {
        self.totalIters = try checked("total_iters", totalIters, atLeast: 1)
        self.power = try checked("power", power)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let rates = try currentLearningRates()
        if isInitialStep || lastEpoch > totalIters { return rates }
        let (step, total) = (Double(lastEpoch), Double(totalIters))
        let factor = pow((1 - step / total) / (1 - (step - 1) / total), power)
        return rates.map { $0 * factor }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        let rest = 1 - Double(min(totalIters, lastEpoch)) / Double(totalIters)
        return baseLearningRates.map { $0 * pow(rest, power) }
    }

    public override func ownState() throws -> StateDict {
        ["total_iters": .int(totalIters), "power": .double(power)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (totalIters, power) = (
            try checked("total_iters", state.int("total_iters"), atLeast: 1),
            try checked("power", state.double("power"))
        )
    }
}
