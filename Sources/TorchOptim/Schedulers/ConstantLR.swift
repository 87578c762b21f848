import Torch

/// Holds the learning rates down by a factor for the first `totalIters` steps. PyTorch's `ConstantLR`.
public final class ConstantLR: LRScheduler {
    public private(set) var factor: Double
    public private(set) var totalIters: Int

    /// - Throws: `SchedulerError` unless `factor` is above 0 and at most 1 and `totalIters` at least 1; otherwise as
    ///   `LRScheduler`. (A factor of 0, which PyTorch takes, could not be taken back.)
    public init(_ optimizer: Optimizer, factor: Double = 1.0 / 3, totalIters: Int = 5, lastEpoch: Int = -1) throws {
        (self.factor, self.totalIters) = try Self.checkedOptions(factor, totalIters)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let change =
            switch lastEpoch {
            case 0: factor
            case totalIters: 1 / factor
            default: 1.0
            }
        return try currentLearningRates().map { $0 * change }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        baseLearningRates.map { $0 * (lastEpoch >= totalIters ? factor + (1 - factor) : factor) }
    }

    public override func ownState() throws -> StateDict {
        ["factor": .double(factor), "total_iters": .int(totalIters)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (factor, totalIters) = try Self.checkedOptions(state.double("factor"), state.int("total_iters"))
    }

    private static func checkedOptions(_ factor: Double, _ totalIters: Int) throws -> (Double, Int) {
        (
            try checked("factor", checkedPositive("factor", factor), in: 0...1),
            try checked("total_iters", totalIters, atLeast: 1)
        )
    }
}
