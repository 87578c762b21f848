/// The progress of training. The trainer updates the counters, and checkpoints contain them.
public struct TrainingState: Equatable, Sendable {
    /// The number of iterations in which the optimizer stepped. It is less than `globalIteration` if gradients are
    /// accumulated.
    public var currentIteration = 0
    /// The number of all iterations, one for each batch.
    public var globalIteration = 0
    /// The number of epochs, including the current one. The first epoch is 1.
    public var globalEpoch = 0
    /// The number of completed validation cycles.
    public var validationCycles = 0
    /// The number of completed batches of the current epoch; 0 between epochs.
    public var datasetIter = 0
    /// The number of validation cycles in a row without improvement.
    public var earlyStopCount = 0
    /// The average time of an iteration in seconds, including the time spent waiting for its batch.
    public var averageIterTime = 0.0
    /// The number of iterations since the last validation. Divide the running losses by it to get their means.
    public var runningIter = 0

    /// The state before the first step.
    public init() {}
}

extension TrainingState {
    /// The state under Python Helios' names.
    func stateDict() -> StateDict {
        [
            "current_iteration": .int(currentIteration),
            "global_iteration": .int(globalIteration),
            "global_epoch": .int(globalEpoch),
            "validation_cycles": .int(validationCycles),
            "dataset_iter": .int(datasetIter),
            "early_stop_count": .int(earlyStopCount),
            "average_iter_time": .double(averageIterTime),
            "running_iter": .int(runningIter),
        ]
    }

    init(_ state: StateDict) throws {
        currentIteration = try state.count("current_iteration")
        globalIteration = try state.count("global_iteration")
        globalEpoch = try state.count("global_epoch")
        validationCycles = try state.count("validation_cycles")
        datasetIter = try state.count("dataset_iter")
        earlyStopCount = try state.count("early_stop_count")
        averageIterTime = try state.double("average_iter_time")
        runningIter = try state.count("running_iter")
        guard datasetIter == 0 || globalEpoch > 0 else {
            throw StateDictError("the training state is in the middle of an epoch that has no number")
        }
    }
}

extension StateDict {
    fileprivate func count(_ key: Key) throws -> Int {
        let value = try int(key)
        // No run gets there; a damaged file that does must not make the counting overflow.
        guard (0...(1 << 62)).contains(value) else {
            throw StateDictError("'\(key)' of the training state is no count: \(value)")
        }
        return value
    }
}
