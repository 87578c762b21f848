import Torch

/// Goes linearly from `startFactor` to `endFactor` times the learning rates in `totalIters` steps. PyTorch's `LinearLR`.
///
/// With t the step, s and e the factors and T `totalIters`: lr ← lr · (1 + (e - s) / (T·s + (t - 1)·(e - s))).
public final class LinearLR: LRScheduler {
    public private(set) var startFactor: Double
    public private(set) var endFactor: Double
    public private(set) var totalIters: Int

    /// - Throws: `SchedulerError` unless `startFactor` is above 0 and at most 1, `endFactor` from 0 to 1 and `totalIters`
    ///   at least 1; otherwise as `LRScheduler`.
    public init(
        _ optimizer: Optimizer, startFactor: Double = 1.0 / 3, endFactor: Double = 1, totalIters: Int = 5,
        lastEpoch: Int = -1
    ) throws {
        (self.startFactor, self.endFactor, self.totalIters) = try Self.checkedOptions(
            startFactor, endFactor, totalIters)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let rates = try currentLearningRates()
        if lastEpoch == 0 { return rates.map { $0 * startFactor } }
        if isInitialStep || lastEpoch > totalIters { return rates }
        let rise = endFactor - startFactor
        let factor = 1 + rise / (Double(totalIters) * startFactor + Double(lastEpoch - 1) * rise)
        return rates.map { $0 * factor }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        let step = Double(min(totalIters, lastEpoch))
        return baseLearningRates.map {
            $0 * (startFactor + (endFactor - startFactor) * step / Double(totalIters))
        }
    }

    public override func ownState() throws -> StateDict {
        ["start_factor": .double(startFactor), "end_factor": .double(endFactor), "total_iters": .int(totalIters)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (startFactor, endFactor, totalIters) = try Self.checkedOptions(
            state.double("start_factor"), state.double("end_factor"), state.int("total_iters"))
    }

    private static func checkedOptions(
        _ startFactor: Double, _ endFactor: Double, _ totalIters: Int
    ) throws -> (Double, Double, Int) {
        (
            try checked("start_factor", checkedPositive("start_factor", startFactor), in: 0...1),
            try checked("end_factor", endFactor, in: 0...1), try checked("total_iters", totalIters, atLeast: 1)
        )
    }
}
