import Helios

/// The calls that a trainer made, in order.
final class Recorder {
    private(set) var events: [JSONValue] = []

    func record(_ call: String, _ details: [String: JSONValue] = [:]) {
        events.append(.object(details.merging(["call": .string(call)]) { $1 }))
    }

    /// Records the call with what it answers, and answers it.
    func answer(_ call: String, _ value: Bool) -> Bool {
        record(call, ["returns": .bool(value)])
        return value
    }
}

extension JSONValue {
    /// The training state as the recordings write it: without the time, which is never the same.
    init(_ state: TrainingState) {
        self = .object([
            "current_iteration": .int(state.currentIteration),
            "global_iteration": .int(state.globalIteration),
            "global_epoch": .int(state.globalEpoch),
            "validation_cycles": .int(state.validationCycles),
            "dataset_iter": .int(state.datasetIter),
            "early_stop_count": .int(state.earlyStopCount),
            "running_iter": .int(state.runningIter),
        ])
    }

    init(_ batch: [Int]) {
        self = .array(batch.map { .int($0) })
    }
}
