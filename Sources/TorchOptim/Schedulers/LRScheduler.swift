import Torch

/// What changes the learning rates of an optimiser as training goes on: PyTorch's `LRScheduler`.
///
/// Call `step()` after the optimiser's, once an epoch or once a batch. Most schedulers go on from the rates that the
/// optimiser has at that moment, and not from a formula of the step: several on one optimiser multiply, and a rate that
/// is changed by hand is gone on from.
///
/// ```swift
/// let scheduler = try StepLR(optimizer, stepSize: 30)
/// for _ in 0..<90 {
///     try trainOneEpoch()
///     try scheduler.step()
/// }
/// ```
///
/// To resume, make optimiser and scheduler anew and load the states of both. The state dictionary is PyTorch's.
///
/// A subclass gives `learningRates()`, and `ownState` with `setOwnState` for its options. It sets its properties before
/// it calls `super.init`, which makes the step that gives the first rates.
open class LRScheduler: Stateful {
    public final let optimizer: Optimizer

    /// How many steps were made, the first rates not counted. PyTorch's `last_epoch`.
    public internal(set) final var lastEpoch: Int

    /// The rates of each parameter group at the start, which the optimiser's groups have as `initial_lr`.
    public internal(set) final var baseLearningRates: [Double]

    /// The rates of each parameter group after the last step.
    public internal(set) final var lastLearningRates: [Double]

    /// Whether the step is the one that gives the first rates, before any of training.
    public private(set) final var isInitialStep = false

    /// How often `step()` was called, the initial step counted.
    final var stepCount = 0

    /// Takes over an optimiser's learning rates, and sets the first ones.
    ///
    /// - Parameter lastEpoch: how many steps were made before, less one; -1 to start. From 0 on the groups must have an
    ///   `initial_lr`.
    /// - Throws: `SchedulerError` where a group has no rate or `initial_lr`, or the first rates are not finite.
    public init(_ optimizer: Optimizer, lastEpoch: Int = -1) throws {
        self.optimizer = optimizer
        self.lastEpoch = lastEpoch
        baseLearningRates = try optimizer.initialLearningRates(lastEpoch: lastEpoch)
        lastLearningRates = []
        try start()
    }

    /// For those that keep no rates of their own and need no first step.
    init(following optimizer: Optimizer) throws {
        self.optimizer = optimizer
        lastEpoch = 0
        baseLearningRates = []
        lastLearningRates = try optimizer.currentLearningRates()
    }

    // MARK: What a subclass gives

    /// The rates of each parameter group at `lastEpoch`. Must be overridden.
    open func learningRates() throws -> [Double] {
        throw SchedulerError("\(type(of: self)) must override learningRates()")
    }

    /// The rates at `lastEpoch` by a formula of the initial ones; nil where there is none.
    ///
    /// Where a `SequentialLR` comes to this scheduler, it starts with them.
    open func closedFormLearningRates() throws -> [Double]? { nil }

    /// The options, and what else is remembered beside the number of steps and the rates, under PyTorch's names.
    open func ownState() throws -> StateDict { [:] }

    /// Takes over what `ownState` gave.
    ///
    /// - Parameter state: the whole state of the scheduler.
    /// - Throws: where it does not fit; then nothing has changed.
    open func setOwnState(_ state: StateDict) throws {}

    /// The momentum of each parameter group at `lastEpoch`, where the scheduler changes it too.
    func momentums() throws -> [Double]? { nil }

    // MARK: Steps

    /// Sets the learning rates of the next epoch, or of the next batch. Call it after the optimiser's step.
    ///
    /// - Throws: `SchedulerError` where a rate is not finite or the optimiser has other groups than at the start; then
    ///   nothing has changed.
    open func step() throws {
        let before = (lastEpoch, stepCount)
        lastEpoch += 1
        stepCount += 1
        do {
            try setRates(learningRates())
        } catch {
            (lastEpoch, stepCount) = before
            throw error
        }
    }

    /// The rates that the optimiser's groups have now, from which most schedulers go on.
    public final func currentLearningRates() throws -> [Double] {
        try optimizer.currentLearningRates()
    }

    /// Gives rates, and the momentums that belong to them, to the optimiser.
    final func setRates(_ rates: [Double]) throws {
        let groups = optimizer.parameterGroups
        guard rates.count == groups.count else {
            throw SchedulerError("\(type(of: self)) has rates for \(rates.count) groups, the optimiser \(groups.count)")
        }
        guard rates.allSatisfy(\.isFinite) else {
            throw SchedulerError("the learning rates of \(type(of: self)) at step \(lastEpoch) are \(rates)")
        }
        if let momentums = try momentums() { try optimizer.setMomentums(momentums) }
        for (group, rate) in zip(groups, rates) { group.learningRate = rate }
        lastLearningRates = rates
    }

    // MARK: What schedulers of schedulers do with theirs

    /// Makes the step that gives the first rates, from those that the optimiser has.
    func start() throws {
        stepCount = 0
        isInitialStep = true
        defer { isInitialStep = false }
        try step()
    }

    /// Takes the first step back, but not the rates.
    func rewind() {
        lastEpoch = -1
    }

    /// Sets the first rates, whatever the optimiser has.
    func restart() throws {
        lastEpoch = 0
        try setRates(closedFormLearningRates() ?? learningRates())
    }

    // MARK: State

    /// The state under PyTorch's names: the options, the number of steps and the rates.
    open func stateDict() throws -> StateDict {
        var state = try ownState()
        state["base_lrs"] = .numbers(baseLearningRates)
        state["last_epoch"] = .int(lastEpoch)
        state["_step_count"] = .int(stepCount)
        // PyTorch's marks of a step that is being made, which outside one are always so.
        state["_is_initial"] = false
        state["_get_lr_called_within_step"] = false
        state["_last_lr"] = .numbers(lastLearningRates)
        return state
    }

    /// Names that only some states of this class have, because of their options or the version of PyTorch.
    var optionalStateNames: Set<String> { [] }

    /// Throws if a state has a name that this scheduler's own state does not have: it is another scheduler's.
    final func requireOwnNames(of state: StateDict) throws {
        // PyTorch wrote `verbose` up to version 2.6, and the marks of a step from 1.4 and 2.7 on.
        let known = Set(try stateDict().names).union(optionalStateNames)
            .union(["verbose", "_get_lr_called_within_step", "_is_initial"])
        let unknown = state.keys.map(\.description).filter { !known.contains($0) }
        guard unknown.isEmpty else {
            throw SchedulerError(
                "the state was not saved by \(type(of: self)): it has \(quoted(unknown)), which \(type(of: self)) does "
                    + "not have")
        }
    }

    /// Restores what `stateDict` gave, here or in PyTorch, the options too. The optimiser's rates are in its own state.
    ///
    /// - Throws: `SchedulerError` or `StateDictError` if the state is another scheduler's or does not fit; then nothing has
    ///   changed.
    open func loadStateDict(_ state: StateDict) throws {
        try requireOwnNames(of: state)
        let baseRates = try rates(state, "base_lrs")
        let lastRates = try rates(state, "_last_lr")
        let epoch = try checked("last_epoch", state.int("last_epoch"), atLeast: -1)
        let count = try checked("_step_count", state.int("_step_count"), atLeast: 0)
        try setOwnState(state)
        (baseLearningRates, lastLearningRates, lastEpoch, stepCount) = (baseRates, lastRates, epoch, count)
    }

    /// Numbers of the state, one for each of the optimiser's groups.
    final func rates(_ state: StateDict, _ key: StateDict.Key) throws -> [Double] {
        let values = try state.doubles(key)
        guard values.count == optimizer.parameterGroups.count else {
            throw SchedulerError(
                "'\(key)' of the state has \(values.count) numbers, the optimiser "
                    + "\(optimizer.parameterGroups.count) groups")
        }
        return values
    }
}

extension Optimizer {
    fileprivate func currentLearningRates() throws -> [Double] {
        try parameterGroups.map { try $0.options.double("lr") }
    }

    /// Each group's `initial_lr`, which at the start is its rate where it has none.
    fileprivate func initialLearningRates(lastEpoch: Int) throws -> [Double] {
        _ = try checked("last_epoch", lastEpoch, atLeast: -1)
        if lastEpoch == -1 {
            for (group, rate) in zip(parameterGroups, try currentLearningRates())
            where group.options["initial_lr"] == nil {
                group.options["initial_lr"] = .double(rate)
            }
        }
        return try parameterGroups.enumerated().map { position, group in
            guard group.options["initial_lr"] != nil else {
                throw SchedulerError(
                    "group \(position) has no 'initial_lr', which a scheduler that goes on needs: load the optimiser's "
                        + "state first, or start with a lastEpoch of -1")
            }
            return try group.options.double("initial_lr")
        }
    }

    /// Sets every rate back to its `initial_lr`.
    func resetLearningRates() throws {
        let rates = try parameterGroups.map { try $0.options.double("initial_lr") }
        for (group, rate) in zip(parameterGroups, rates) { group.learningRate = rate }
    }
}
