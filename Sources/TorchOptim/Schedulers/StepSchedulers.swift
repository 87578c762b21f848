import Torch

/// Multiplies the learning rates by `gamma` every `stepSize` steps. PyTorch's `StepLR`.
public final class StepLR: LRScheduler {
    public private(set) var stepSize: Int
    public private(set) var gamma: Double

    /// - Throws: `SchedulerError` unless `stepSize` is at least 1 and `gamma` at least 0; otherwise as `LRScheduler`.
    public init(_ optimizer: Optimizer, stepSize: Int, gamma: Double = 0.1, lastEpoch: Int = -1) throws {
        self.stepSize = try checked("step_size", stepSize, atLeast: 1)
        self.gamma = try checked("gamma", gamma)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let isStep = lastEpoch != 0 && lastEpoch.isMultiple(of: stepSize)
        return try currentLearningRates().map { isStep ? $0 * gamma : $0 }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        baseLearningRates.map { $0 * pow(gamma, lastEpoch / stepSize) }
    }

    public override func ownState() throws -> StateDict {
        ["step_size": .int(stepSize), "gamma": .double(gamma)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (stepSize, gamma) = (
            try checked("step_size", state.int("step_size"), atLeast: 1), try checked("gamma", state.double("gamma"))
        )
    }
}
