import Helios

/// A data module whose samples are numbers: the index, plus what tells a phase from the others.
final class RecordingData: DataModule<[Int]> {
    private let config: Trace.Config
    private let loaderSeed: Int
    private let recorder: Recorder

    init(_ config: Trace.Config, loaderSeed: Int, _ recorder: Recorder) {
        self.config = config
        self.loaderSeed = loaderSeed
        self.recorder = recorder
    }

    override func prepareData() {
        recorder.record("prepare_data")
    }

    override func setup() throws {
        recorder.record("datamodule.setup")
        for (phase, source) in config.train.enumerated() {
            try addTrainPhase(numbers(source, offset: 1000 * phase), options(source))
        }
        if let source = config.valid {
            try setValidation(numbers(source, offset: 10_000), options(source))
        }
        if let source = config.test {
            try setTest(numbers(source, offset: 20_000), options(source))
        }
    }

    private func options(_ source: Trace.Source) throws -> LoaderOptions {
        var options = LoaderOptions(try TraceLoaderOptions(source.params), seed: loaderSeed)
        // What is recorded is what one process does.
        options.isDistributed = false
        return options
    }

    override func teardown() {
        recorder.record("teardown")
    }

    private func numbers(_ source: Trace.Source, offset: Int) -> CollatedDataset<Numbers, [Int]> {
        Numbers(count: source.n, offset: offset).collated { $0 }
    }
}

/// Consecutive numbers.
struct Numbers: Dataset {
    let count: Int
    let offset: Int

    func sample(at index: Int, random: inout SampleRandom) -> Int {
        index + offset
    }
}
