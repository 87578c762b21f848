import Helios

/// A model that records every call. It learns nothing: its weight adds up the samples that it was trained with.
final class RecordingModel: Model<[Int]> {
    private let recorder: Recorder
    private let callLimit: Int
    private var improved: [Bool]
    private var save: [Bool]
    private var advanceAt: [Int]
    private let stopAt: Int?

    private var weight = 0
    // Of the last step, in whatever run it was: what the model decides by. Python Helios asks nothing before a run's
    // first step, so that the recorded model needed no such memory.
    private var iteration: Int?
    private var epoch: Int?

    /// - Parameter callLimit: a training of more calls fails in its step.
    init(_ answers: Trace.Answers?, callLimit: Int, _ recorder: Recorder) {
        self.recorder = recorder
        self.callLimit = callLimit
        improved = answers?.improved ?? []
        save = answers?.save ?? []
        advanceAt = answers?.advance_at ?? []
        stopAt = answers?.stop_at
        super.init(saveName: "trace")
    }

    // MARK: State

    override func setup(fastInit: Bool) {
        recorder.record("setup", ["for_inference": .bool(fastInit)])
    }

    override func loadForTesting() {
        recorder.record("load_for_testing")
    }

    override func stateDict() -> StateDict {
        recorder.record("user_state_dict")
        var state: StateDict = ["weight": .int(weight)]
        if let iteration, let epoch {
            state["iteration"] = .int(iteration)
            state["epoch"] = .int(epoch)
        }
        return state
    }

    override func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
        weight = try state.int("weight")
        iteration = state["iteration"] == nil ? nil : try state.int("iteration")
        epoch = state["epoch"] == nil ? nil : try state.int("epoch")
        recorder.record("load_user_state_dict", ["for_inference": .bool(fastInit), "weight": .int(weight)])
    }

    override func appendMetadata(toCheckpointName name: String) -> String {
        recorder.record("append_metadata_to_chkpt_name", ["base": .string(name)])
        return "\(name)_w_\(weight)"
    }

    override func append(toBanner banner: String) -> String {
        recorder.record("append_to_banner")
        return banner
    }

    // MARK: Training

    override func train() { recorder.record("train") }
    override func eval() { recorder.record("eval") }
    override func onTrainingStart() { recorder.record("on_training_start") }
    override func onTrainingEnd() { recorder.record("on_training_end") }

    override func onTrainingEpochStart(currentEpoch: Int) {
        recorder.record("on_training_epoch_start", ["epoch": .int(currentEpoch)])
    }

    override func onTrainingEpochEnd(currentEpoch: Int) {
        recorder.record("on_training_epoch_end", ["epoch": .int(currentEpoch)])
    }

    override func onTrainingBatchStart(state: TrainingState) {
        recorder.record("on_training_batch_start", ["state": JSONValue(state)])
    }

    override func trainStep(_ batch: [Int], state: TrainingState) throws {
        iteration = state.globalIteration
        epoch = state.globalEpoch
        weight += batch.reduce(0, +)
        recorder.record("train_step", ["batch": JSONValue(batch), "state": JSONValue(state)])
        if recorder.events.count > callLimit { throw TooManyCalls() }
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) {
        recorder.record("on_training_batch_end", ["state": JSONValue(state), "should_log": .bool(shouldLog)])
    }

    // MARK: Validation

    override func onValidationStart(validationCycle: Int) {
        recorder.record("on_validation_start", ["cycle": .int(validationCycle)])
    }

    override func onValidationBatchStart(step: Int) {
        recorder.record("on_validation_batch_start", ["step": .int(step)])
    }

    override func validStep(_ batch: [Int], step: Int) {
        recorder.record(
            "valid_step", ["batch": JSONValue(batch), "step": .int(step), "grad": .bool(isGradEnabled)])
    }

    override func onValidationBatchEnd(step: Int) {
        recorder.record("on_validation_batch_end", ["step": .int(step)])
    }

    override func onValidationEnd(validationCycle: Int) {
        recorder.record("on_validation_end", ["cycle": .int(validationCycle)])
    }

    // MARK: Decisions

    override func haveMetricsImproved() -> Bool {
        recorder.answer("have_metrics_improved", improved.isEmpty ? true : improved.removeFirst())
    }

    override func shouldSaveCheckpoint() -> Bool {
        recorder.answer("should_save_checkpoint", save.isEmpty ? true : save.removeFirst())
    }

    override func shouldTrainingStop() -> Bool {
        guard let stopAt, let iteration else { return recorder.answer("should_training_stop", false) }
        return recorder.answer("should_training_stop", iteration >= stopAt)
    }

    override func shouldAdvanceDatasetPhase() -> Bool {
        guard let epoch, let next = advanceAt.firstIndex(of: epoch) else {
            return recorder.answer("should_advance_dataset_phase", false)
        }
        advanceAt.remove(at: next)
        return recorder.answer("should_advance_dataset_phase", true)
    }

    // MARK: Testing

    override func onTestingStart() { recorder.record("on_testing_start") }
    override func onTestingEnd() { recorder.record("on_testing_end") }

    override func onTestingBatchStart(step: Int) {
        recorder.record("on_testing_batch_start", ["step": .int(step)])
    }

    override func testStep(_ batch: [Int], step: Int) {
        recorder.record("test_step", ["batch": JSONValue(batch), "step": .int(step), "grad": .bool(isGradEnabled)])
    }

    override func onTestingBatchEnd(step: Int) {
        recorder.record("on_testing_batch_end", ["step": .int(step)])
    }
}

/// A training that does not end by itself, or not soon.
struct TooManyCalls: Error {}
