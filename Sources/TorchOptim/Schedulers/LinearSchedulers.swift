import Torch

/// Multiplies the learning rates by a factor for the first `totalIters` steps. PyTorch's `ConstantLR`.
public final class ConstantLR: LRScheduler {
    public private(set) var factor: Double
    public private(set) var totalIters: Int

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` unless `factor` is above 0 and at most 1 and `totalIters` at least 1; otherwise as
    ///   `LRScheduler`. (A factor of 0, which PyTorch accepts, could not be undone.)
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

/// Changes the learning rates linearly from `startFactor` to `endFactor` times their values in `totalIters` steps.
/// PyTorch's `LinearLR`.
///
/// lr ← lr · (1 + (e - s) / (T·s + (t - 1)·(e - s))), with t the step, s and e the factors, and T `totalIters`.
public final class LinearLR: LRScheduler {
    public private(set) var startFactor: Double
    public private(set) var endFactor: Double
    public private(set) var totalIters: Int

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` unless `startFactor` is above 0 and at most 1, `endFactor` from 0 to 1 and
    ///   `totalIters` at least 1; otherwise as `LRScheduler`.
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

/// Raises the learning rates linearly to the initial ones in `warmupSteps` steps, and then hands over to another
/// scheduler.
///
/// lr = lr₀ · (s + (1 - s) · t / warmupSteps), with s `warmupStartFactor`. Helios' `LinearWarmupScheduler`. Unlike
/// there, `lastLearningRates` are those after the other scheduler's step, and the state has that scheduler's state
/// under `_scheduler`, instead of the Python object itself.
public final class LinearWarmupScheduler: LRScheduler {
    /// The scheduler that makes the steps after the warmup.
    public let scheduler: LRScheduler
    public private(set) var warmupSteps: Int
    public private(set) var warmupStartFactor: Double

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` if `warmupSteps` or `warmupStartFactor` is negative, or if the other scheduler has
    ///   another optimizer or needs a metric; otherwise as `LRScheduler`.
    public init(
        _ optimizer: Optimizer, warmupSteps: Int, scheduler: LRScheduler, warmupStartFactor: Double = 0,
        lastEpoch: Int = -1
    ) throws {
        try requireComposable([scheduler], of: optimizer)
        self.scheduler = scheduler
        self.warmupSteps = try checked("warmup_steps", warmupSteps, atLeast: 0)
        self.warmupStartFactor = try checked("warmup_start_factor", warmupStartFactor)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        guard warmupSteps > 0, lastEpoch <= warmupSteps else { return try currentLearningRates() }
        let factor = warmupStartFactor + (1 - warmupStartFactor) * Double(lastEpoch) / Double(warmupSteps)
        return baseLearningRates.map { $0 * factor }
    }

    public override func step() throws {
        try super.step()
        guard lastEpoch > warmupSteps else { return }
        try scheduler.step()
        lastLearningRates = try currentLearningRates()
    }

    public override func ownState() throws -> StateDict {
        [
            "_warmup_steps": .int(warmupSteps), "_scheduler": .dictionary(try scheduler.stateDict()),
            "_warmup_start_factor": .double(warmupStartFactor),
        ]
    }

    public override func setOwnState(_ state: StateDict) throws {
        let steps = try checked("warmup_steps", state.int("_warmup_steps"), atLeast: 0)
        let factor = try checked("warmup_start_factor", state.double("_warmup_start_factor"))
        try scheduler.loadStateDict(state.dictionary("_scheduler"))
        (warmupSteps, warmupStartFactor) = (steps, factor)
    }
}
