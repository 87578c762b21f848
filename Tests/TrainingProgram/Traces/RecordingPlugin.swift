import Helios

/// A plug-in that records every call. Its state is the number of training batches it has seen.
final class RecordingPlugin: BatchPlugin<[Int]> {
    private let recorder: Recorder
    private var count = 0

    init(_ recorder: Recorder) {
        self.recorder = recorder
        super.init(id: "recording")
    }

    override var overrides: PluginOverrides { .trainingBatch }

    override func configure(_ options: inout TrainerOptions) { recorder.record("plugin.configure_trainer") }
    override func configure(_ model: any AnyModel) { recorder.record("plugin.configure_model") }
    override func setup() { recorder.record("plugin.setup") }

    override func stateDict() -> StateDict {
        recorder.record("plugin.state_dict")
        return ["n": .int(count)]
    }

    override func loadStateDict(_ state: StateDict) throws {
        count = try state.int("n")
        recorder.record("plugin.load_state_dict", ["n": .int(count)])
    }

    override func onTrainingStart() { recorder.record("plugin.on_training_start") }
    override func onTrainingEnd() { recorder.record("plugin.on_training_end") }

    override func processTrainingBatch(_ batch: [Int], state: TrainingState) -> [Int] {
        recorder.record("plugin.process_training_batch")
        count += 1
        return batch
    }

    override func onValidationStart(validationCycle: Int) {
        recorder.record("plugin.on_validation_start", ["cycle": .int(validationCycle)])
    }

    override func onValidationEnd(validationCycle: Int) {
        recorder.record("plugin.on_validation_end", ["cycle": .int(validationCycle)])
    }

    override func shouldTrainingStop() -> Bool {
        recorder.record("plugin.should_training_stop")
        return false
    }

    override func onTestingStart() { recorder.record("plugin.on_testing_start") }
    override func onTestingEnd() { recorder.record("plugin.on_testing_end") }
}
