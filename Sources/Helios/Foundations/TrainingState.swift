/// How far training is. The trainer counts; a checkpoint carries it.
public struct TrainingState: Equatable, Sendable {
    /// Iterations in which the optimizer steps: fewer than `globalIteration` if gradients are accumulated.
    public var currentIteration = 0
    /// All iterations: one for each batch.
    public var globalIteration = 0
    /// Epochs, the one that is under way included; the first is 1.
    public var globalEpoch = 0
    /// Validation cycles that are over.
    public var validationCycles = 0
    /// Batches of the current epoch that are over; 0 between epochs.
    public var datasetIter = 0
    /// Validation cycles in a row without improvement.
    public var earlyStopCount = 0
    /// The average time of an iteration in seconds, the wait for its batch included.
    public var averageIterTime = 0.0
    /// Iterations since the last validation: what running losses are divided by.
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
