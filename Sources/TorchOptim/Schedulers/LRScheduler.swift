import Torch

/// Changes the learning rates of an optimizer during training: PyTorch's `LRScheduler`.
///
/// Call `step()` after the optimizer's, once for each epoch or once for each batch. Most schedulers start from the
/// rates that the optimizer has at that moment, not from a formula of the step: several schedulers of one optimizer
/// multiply, and a rate that is changed by hand counts.
///
/// ```swift
/// let scheduler = try StepLR(optimizer, stepSize: 30)
/// for _ in 0..<90 {
///     try trainOneEpoch()
///     try scheduler.step()
/// }
/// ```
///
/// To resume, create the optimizer and the scheduler again and load the states of both. The state dictionary is
/// PyTorch's.
///
/// A subclass overrides `learningRates()`, and `ownState` with `setOwnState` for its options. It sets its properties
/// before it calls `super.init`, which makes the step that sets the first rates.
open class LRScheduler: Stateful {
    public final let optimizer: Optimizer

    /// The number of steps made, without the one that set the first rates. PyTorch's `last_epoch`.
    public internal(set) final var lastEpoch: Int

    /// The rates of each parameter group at the start, which the optimizer's groups have as `initial_lr`.
    public internal(set) final var baseLearningRates: [Double]

    /// The rates of each parameter group after the last step.
    public internal(set) final var lastLearningRates: [Double]

    /// Whether the step is the one that sets the first rates, before any training.
    public private(set) final var isInitialStep = false

    /// How many times `step()` was called, including the initial step.
    final var stepCount = 0

    /// Takes over an optimizer's learning rates, and sets the first ones.
    ///
    /// - Parameter lastEpoch: the number of steps made before, minus one; -1 to start. From 0 on, the groups must have
    ///   an `initial_lr`.
    /// - Throws: `SchedulerError` if a group has no rate or no `initial_lr`, or if the first rates are not finite.
    public init(_ optimizer: Optimizer, lastEpoch: Int = -1) throws {
        self.optimizer = optimizer
        self.lastEpoch = lastEpoch
        baseLearningRates = try optimizer.initialLearningRates(lastEpoch: lastEpoch)
        lastLearningRates = []
        try start()
    }

    /// For schedulers that keep no rates of their own and need no first step.
    init(following optimizer: Optimizer) throws {
        self.optimizer = optimizer
        lastEpoch = 0
        baseLearningRates = []
        lastLearningRates = try optimizer.currentLearningRates()
    }

    // MARK: What a subclass gives

    /// Returns the rates of each parameter group at `lastEpoch`. Must be overridden.
    open func learningRates() throws -> [Double] {
        throw SchedulerError("\(type(of: self)) must override learningRates()")
    }

    /// Returns the rates at `lastEpoch` by a formula of the initial ones; `nil` if there is no formula.
    ///
    /// A `SequentialLR` that reaches this scheduler starts with them.
    open func closedFormLearningRates() throws -> [Double]? { nil }

    /// Returns the options, and whatever else is remembered besides the number of steps and the rates, under PyTorch's
    /// names.
    open func ownState() throws -> StateDict { [:] }

    /// Restores what `ownState` returned.
    ///
    /// - Parameter state: the whole state of the scheduler.
    /// - Throws: if it does not fit; then nothing has changed.
    open func setOwnState(_ state: StateDict) throws {}

    /// Returns the momentum of each parameter group at `lastEpoch`, if the scheduler changes it too.
    func momentums() throws -> [Double]? { nil }

    // MARK: Steps

    /// Sets the learning rates of the next epoch, or of the next batch. Call it after the optimizer's step.
    ///
    /// - Throws: `SchedulerError` if a rate is not finite, or if the optimizer has other groups than at the start; then
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

    /// Returns the rates that the optimizer's groups have now, from which most schedulers start.
    public final func currentLearningRates() throws -> [Double] {
        try optimizer.currentLearningRates()
    }

    /// Sets rates, and the momentums that belong to them, in the optimizer.
    final func setRates(_ rates: [Double]) throws {
        let groups = optimizer.parameterGroups
        guard rates.count == groups.count else {
            throw SchedulerError("\(type(of: self)) has rates for \(rates.count) groups, the optimizer \(groups.count)")
        }
        guard rates.allSatisfy(\.isFinite) else {
            throw SchedulerError("the learning rates of \(type(of: self)) at step \(lastEpoch) are \(rates)")
        }
        if let momentums = try momentums() { try optimizer.setMomentums(momentums) }
        for (group, rate) in zip(groups, rates) { group.learningRate = rate }
        lastLearningRates = rates
    }

    // MARK: What schedulers of schedulers do with theirs

    /// Makes the step that sets the first rates, from those that the optimizer has.
    func start() throws {
        stepCount = 0
        isInitialStep = true
        defer { isInitialStep = false }
        try step()
    }

    /// Undoes the first step, but not its rates.
    func rewind() {
        lastEpoch = -1
    }

    /// Sets the first rates, whatever the optimizer has.
    func restart() throws {
        lastEpoch = 0
        try setRates(closedFormLearningRates() ?? learningRates())
    }

    // MARK: State

    /// Returns the state under PyTorch's names: the options, the number of steps and the rates.
    open func stateDict() throws -> StateDict {
        var state = try ownState()
        state["base_lrs"] = .numbers(baseLearningRates)
        state["last_epoch"] = .int(lastEpoch)
        state["_step_count"] = .int(stepCount)
        // PyTorch's flags for a step in progress, which always have these values outside one.
        state["_is_initial"] = false
        state["_get_lr_called_within_step"] = false
        state["_last_lr"] = .numbers(lastLearningRates)
        return state
    }

    /// Names that only some states of this class have, depending on their options or the version of PyTorch.
    var optionalStateNames: Set<String> { [] }

    /// Throws if a state has a name that this scheduler's own state does not have, since it is another scheduler's.
    final func requireOwnNames(of state: StateDict) throws {
        // PyTorch wrote `verbose` up to version 2.6, and the flags of a step from 1.4 and 2.7 on.
        let known = Set(try stateDict().names).union(optionalStateNames)
            .union(["verbose", "_get_lr_called_within_step", "_is_initial"])
        let unknown = state.keys.map(\.description).filter { !known.contains($0) }
        guard unknown.isEmpty else {
            throw SchedulerError(
                "the state was not saved by \(type(of: self)): it has \(quoted(unknown)), which \(type(of: self)) does "
                    + "not have")
        }
    }

    /// Restores what `stateDict` returned, here or in PyTorch, including the options. The optimizer's rates are in its
    /// own state.
    ///
    /// - Throws: `SchedulerError` or `StateDictError` if the state is another scheduler's or does not fit; then nothing
    ///   has changed.
    open func loadStateDict(_ state: StateDict) throws {
        try requireOwnNames(of: state)
        let baseRates = try rates(state, "base_lrs")
        let lastRates = try rates(state, "_last_lr")
        let epoch = try checked("last_epoch", state.int("last_epoch"), atLeast: -1)
        let count = try checked("_step_count", state.int("_step_count"), atLeast: 0)
        try setOwnState(state)
        (baseLearningRates, lastLearningRates, lastEpoch, stepCount) = (baseRates, lastRates, epoch, count)
    }

    /// Reads numbers of the state, one for each of the optimizer's groups.
    final func rates(_ state: StateDict, _ key: StateDict.Key) throws -> [Double] {
        let values = try state.doubles(key)
        guard values.count == optimizer.parameterGroups.count else {
            throw SchedulerError(
                "'\(key)' of the state has \(values.count) numbers, the optimizer "
                    + "\(optimizer.parameterGroups.count) groups")
        }
        return values
    }
}

extension Optimizer {
    fileprivate func currentLearningRates() throws -> [Double] {
        try parameterGroups.map { try $0.options.double("lr") }
    }

    /// Returns each group's `initial_lr`, which at the start is its rate if it has none.
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
                    "group \(position) has no 'initial_lr', which a scheduler that resumes needs: load the optimizer's "
                        + "state first, or start with a lastEpoch of -1")
            }
            return try group.options.double("initial_lr")
        }
    }

    /// Resets every rate to its `initial_lr`.
    func resetLearningRates() throws {
        let rates = try parameterGroups.map { try $0.options.double("initial_lr") }
        for (group, rate) in zip(parameterGroups, rates) { group.learningRate = rate }
    }
}

/// The error of a scheduler that cannot work: an option makes no sense, the optimizer does not fit, or a rate is not a
/// number.
public struct SchedulerError: DescribedError {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
