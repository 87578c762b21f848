import Torch

/// Several schedulers that each make a step at every step, one going on from what the one before it gave.
///
/// PyTorch's `ChainedScheduler`.
public final class ChainedScheduler: LRScheduler {
    public let schedulers: [LRScheduler]

    /// - Parameter optimizer: the schedulers' where nil.
    /// - Throws: `SchedulerError` where there are no schedulers, or one has another optimiser or needs a metric.
    public init(_ schedulers: [LRScheduler], optimizer: Optimizer? = nil) throws {
        guard let optimizer = optimizer ?? schedulers.first?.optimizer else {
            throw SchedulerError("there are no schedulers")
        }
        try requireComposable(schedulers, of: optimizer)
        self.schedulers = schedulers
        try super.init(following: optimizer)
        try follow()
    }

    public override func step() throws {
        for scheduler in schedulers { try scheduler.step() }
        try follow()
    }

    /// Takes over where the schedulers are.
    private func follow() throws {
        lastEpoch = schedulers.first?.lastEpoch ?? lastEpoch
        lastLearningRates = try currentLearningRates()
    }

    override func start() throws {
        for scheduler in schedulers { try scheduler.start() }
        try follow()
    }

    override func rewind() {
        super.rewind()
        for scheduler in schedulers { scheduler.rewind() }
    }

    override func restart() throws {
        try optimizer.resetLearningRates()
        rewind()
        try start()
    }

    // MARK: State

    public override func stateDict() throws -> StateDict {
        [
            "_last_lr": .numbers(lastLearningRates),
            "_schedulers": .list(try schedulers.map { .dictionary(try $0.stateDict()) }),
        ]
    }

    public override func loadStateDict(_ state: StateDict) throws {
        try requireOwnNames(of: state)
        let rates = try rates(state, "_last_lr")
        try load(state.list("_schedulers"), into: schedulers)
        lastLearningRates = rates
        lastEpoch = schedulers.first?.lastEpoch ?? lastEpoch
    }
}
