import Torch

/// Lets the learning rates rise linearly to the initial ones in `warmupSteps` steps, and then another scheduler go on.
///
/// lr = lr₀ · (s + (1 - s) · t / warmupSteps), with s `warmupStartFactor`. Helios' `LinearWarmupScheduler`. Unlike there
/// `lastLearningRates` are those after the other scheduler's step, and the state has that scheduler's state under
/// `_scheduler`, where Python has the object itself.
public final class LinearWarmupScheduler: LRScheduler {
    /// The scheduler that makes the steps after the warm-up.
    public let scheduler: LRScheduler
    public private(set) var warmupSteps: Int
    public private(set) var warmupStartFactor: Double

    /// - Throws: `SchedulerError` where `warmupSteps` or `warmupStartFactor` is negative, or the other scheduler has
    ///   another optimiser or needs a metric; otherwise as `LRScheduler`.
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
