import Torch

/// One scheduler after another: at each of the milestones the next one starts, with its own first rates.
///
/// ```swift
/// let warmup = try LinearLR(optimizer, startFactor: 0.01, totalIters: 5)
/// let decay = try CosineAnnealingLR(optimizer, tMax: 95)
/// let scheduler = try SequentialLR(optimizer, schedulers: [warmup, decay], milestones: [5])
/// ```
///
/// PyTorch's `SequentialLR`. Chains and sequences inside it start as if they stood alone, while PyTorch skips the first
/// step of the first one and fails at others.
public final class SequentialLR: LRScheduler {
    public let schedulers: [LRScheduler]
    public private(set) var milestones: [Int]

    /// Takes over the optimizer, whose rates return to the initial ones for the first scheduler to start.
    ///
    /// - Parameter milestones: the step at which each scheduler but the first starts, in ascending order.
    /// - Throws: `SchedulerError` if there are no schedulers, if one has another optimizer or needs a metric, or if the
    ///   milestones are not in order or not one fewer than the schedulers.
    public init(_ optimizer: Optimizer, schedulers: [LRScheduler], milestones: [Int]) throws {
        try requireComposable(schedulers, of: optimizer)
        self.schedulers = schedulers
        self.milestones = try Self.checkedMilestones(milestones, count: schedulers.count)
        try super.init(following: optimizer)
        try restart()
    }

    private static func checkedMilestones(_ milestones: [Int], count: Int) throws -> [Int] {
        guard milestones.count == count - 1 else {
            throw SchedulerError("\(count) schedulers need \(count - 1) milestones, and got \(milestones.count)")
        }
        guard zip(milestones, milestones.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw SchedulerError("milestones must ascend, and are \(milestones)")
        }
        return try milestones.map { try checked("milestones", $0, atLeast: 0) }
    }

    public override func step() throws {
        let epoch = lastEpoch + 1
        let position = position(at: epoch)
        let scheduler = schedulers[position]
        if position > 0 && milestones[position - 1] == epoch {
            try scheduler.restart()
        } else {
            try scheduler.step()
        }
        lastEpoch = epoch
        lastLearningRates = scheduler.lastLearningRates
    }

    /// Returns the scheduler whose turn it is at a step.
    private func position(at epoch: Int) -> Int {
        milestones.count { $0 <= epoch }
    }

    override func start() throws {
        let first = schedulers[position(at: 0)]
        rewind()
        try first.start()
        lastEpoch = 0
        lastLearningRates = first.lastLearningRates
    }

    override func rewind() {
        super.rewind()
        for scheduler in schedulers { scheduler.rewind() }
    }

    override func restart() throws {
        try optimizer.resetLearningRates()
        try start()
    }

    // MARK: State

    public override func stateDict() throws -> StateDict {
        [
            "_milestones": .numbers(milestones), "last_epoch": .int(lastEpoch),
            "_last_lr": .numbers(lastLearningRates),
            "_schedulers": .list(try schedulers.map { .dictionary(try $0.stateDict()) }),
        ]
    }

    public override func loadStateDict(_ state: StateDict) throws {
        try requireOwnNames(of: state)
        let saved = try Self.checkedMilestones(state.ints("_milestones"), count: schedulers.count)
        let epoch = try checked("last_epoch", state.int("last_epoch"), atLeast: -1)
        let rates = try rates(state, "_last_lr")
        try load(state.list("_schedulers"), into: schedulers)
        (milestones, lastEpoch, lastLearningRates) = (saved, epoch, rates)
    }
}

/// Throws unless there are schedulers, all of them for the optimizer, that need no metric for a step.
func requireComposable(_ schedulers: [LRScheduler], of optimizer: Optimizer) throws {
    guard !schedulers.isEmpty else { throw SchedulerError("there are no schedulers") }
    for (position, scheduler) in schedulers.enumerated() {
        guard scheduler.optimizer === optimizer else {
            throw SchedulerError("scheduler \(position), \(type(of: scheduler)), has another optimizer")
        }
        guard !(scheduler is ReduceLROnPlateau) else {
            throw SchedulerError("scheduler \(position) is a ReduceLROnPlateau, which needs a metric at each step")
        }
    }
}

/// Loads the states of several schedulers, or of none if one does not fit.
func load(_ states: [StateValue], into schedulers: [LRScheduler]) throws {
    guard states.count == schedulers.count else {
        throw SchedulerError("the state has \(states.count) schedulers, and there are \(schedulers.count)")
    }
    let before = try schedulers.map { try $0.stateDict() }
    do {
        for (position, (value, scheduler)) in zip(states, schedulers).enumerated() {
            guard case .dictionary(let state) = value else {
                throw SchedulerError(
                    "scheduler \(position) of the state must be a dictionary, and is a \(value.typeName)")
            }
            try scheduler.loadStateDict(state)
        }
    } catch {
        for (state, scheduler) in zip(before, schedulers) { try scheduler.loadStateDict(state) }
        throw error
    }
}

/// Several schedulers that all act at every step, each on the rates that the one before it set.
///
/// PyTorch's `ChainedScheduler`.
public final class ChainedScheduler: LRScheduler {
    public let schedulers: [LRScheduler]

    /// Creates a scheduler that steps others in turn.
    ///
    /// - Parameter optimizer: the optimizer; `nil` means the schedulers' optimizer.
    /// - Throws: `SchedulerError` if there are no schedulers, or if one has another optimizer or needs a metric.
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

    /// Takes over the position of the schedulers.
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
