import Torch

/// Multiplies the learning rates by `gamma` at every step. PyTorch's `ExponentialLR`.
public final class ExponentialLR: LRScheduler {
    public private(set) var gamma: Double

    /// - Throws: `SchedulerError` where `gamma` is negative; otherwise as `LRScheduler`.
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
