import Helios

/// A data module whose samples are numbers: the index, plus what tells a phase from the others.
final class RecordingData: DataModule<[Int]> {
    private let config: Trace.Config
    private let loaderSeed: UInt64?
    private let recorder: Recorder

    init(_ config: Trace.Config, loaderSeed: UInt64?, _ recorder: Recorder) {
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
        var options = try LoaderOptions(source.params)
        options.seed = options.seed ?? loaderSeed
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

extension LoaderOptions {
    /// The options under Python Helios' names.
    fileprivate init(_ parameters: [String: JSONValue]) throws {
        self.init()
        for (name, value) in parameters {
            switch (name, value) {
            case ("batch_size", .int(let size)): batchSize = size
            case ("shuffle", .bool(let isOn)): shuffle = isOn
            case ("drop_last", .bool(let isOn)): dropLast = isOn
            case ("num_workers", .int(let count)): workers = count
            case ("prefetch_factor", .int(let count)): prefetch = count
            // What says nothing of the order, and what stands for a default.
            case ("pin_memory", _), ("pin_memory_device", _), ("persistent_workers", _), ("timeout", _),
                ("is_distributed", .bool(false)), (_, .null):
                break
            case ("random_seed", .int(let value)): seed = UInt64(value)
            default: throw TraceError("no loader option '\(name)' with the value \(value)")
            }
        }
    }
}

/// A recording that the harness cannot read.
struct TraceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
