import Foundation
import Helios
import TestSupport
import Testing

/// Streams, several validation sets and loader options in a trainer.
@Suite(.standardGenerator) struct DataInTrainingTests {
    /// Twenty-two images as a stream.
    struct Images: StreamDataset {
        final class Reader: ElementReader {
            private var place: Int
            private let count: Int

            init(_ place: Int, _ count: Int) { (self.place, self.count) = (place, count) }

            func next() -> Int? {
                defer { place += 1 }
                return place < count ? place : nil
            }

            func position() -> StateDict { ["place": .int(place)] }
        }

        var count = 22

        func elements(epoch: Int, seed: UInt64, from position: StateDict?) throws -> any ElementReader<Int> {
            Reader(try position?.int("place") ?? 0, count)
        }

        func sample(of element: Int, random: inout SampleRandom) throws -> (Tensor, Int) {
            (try Tensor.randn([1, 3, 3], generator: random.generator()), element % 3)
        }

        var batches: CollatedStream<Images, LabeledBatch> {
            collated { samples in
                LabeledBatch(inputs: try Tensor.stack(samples.map(\.0)), targets: try Tensor(samples.map(\.1)))
            }
        }
    }

    final class StreamData: DataModule<LabeledBatch> {
        var count = 22
        var options = LoaderOptions(batchSize: 4)
        override func setup() throws {
            try addTrainPhase(Images(count: count).batches, options)
            try setValidation(Images(count: 5).batches, LoaderOptions(batchSize: 3))
            try setTest(Images(count: 5).batches, LoaderOptions(batchSize: 3))
            try setPrediction(Images(count: 5).batches, LoaderOptions(batchSize: 3))
        }
    }

    final class Counting: SmallModel {
        var validated: [String?] = []
        override func loadForTesting() {}
        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            validated.append(trainer?.validationSet)
            validationScores["samples", default: 0] += Double(batch.count)
        }
        override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor { try network(batch.inputs) }
    }

    @Test("a stream is trained, validated, tested and predicted for", arguments: [TrainingUnit.epoch, .iteration])
    func stream(unit: TrainingUnit) throws {
        let model = Counting()
        let trainer = try Trainer.quiet(.of(unit, unit == .epoch ? 2 : 9), validation: .every(1))
        let result = try trainer.fit(model, StreamData())
        #expect(result.outcome == .completed && result.state.globalIteration == (unit == .epoch ? 12 : 9))
        #expect(result.state.globalEpoch == 2 && result.validationScores["samples"] == 5)
        try trainer.test(model, StreamData())
        #expect(try trainer.predict(model, StreamData()).map { $0.shape[0] } == [3, 2])
    }

    @Test("limits and accumulation hold for a stream", arguments: [AccumulationRemainder.step, .drop])
    func limits(remainder: AccumulationRemainder) throws {
        let model = Counting()
        let trainer = try Trainer.quiet(.epochs(1), accumulation: .batches(4, remainder: remainder))
        let result = try trainer.fit(model, StreamData())
        #expect(result.state.globalIteration == (remainder == .drop ? 4 : 6))
        let first = try Trainer.quiet(.epochs(2), data: .first(train: 3)).fit(Counting(), StreamData())
        #expect(first.state.globalIteration == 6)
        let overfit = try Trainer.quiet(.epochs(2), data: .overfit(batches: 2)).fit(Counting(), StreamData())
        #expect(overfit.state.globalIteration == 4)
    }

    @Test("an epoch without a batch is an error, and so is its number of batches")
    func empty() throws {
        let data = StreamData()
        data.count = 0
        let error = #expect(throws: DataError.self) {
            try Trainer.quiet(.iterations(3)).fit(Counting(), data)
        }
        #expect(error?.description == "epoch 1 of the stream has no sample")
        try data.setup()
        #expect(throws: DataError.self) { try data.trainStepsPerEpoch() }
    }

    final class NamedData: DataModule<LabeledBatch> {
        override func setup() throws {
            let data = try TensorDataset(inputs: Tensor.zeros([9, 1, 3, 3]), targets: Tensor.zeros([9], dtype: .int64))
            try addTrainPhase(data, LoaderOptions(batchSize: 3))
            try addValidation(named: "night", data.subset([1, 2]), LoaderOptions(batchSize: 1))
            try setValidation(data.subset([0]))
            try addValidation(named: "rain", data.subset([3, 4, 5]), LoaderOptions(batchSize: 3))
        }
    }

    @Test("validation data with names is validated in turn, and its scores have the names")
    func named() throws {
        let model = Counting()
        let data = NamedData()
        let scores = try Trainer.quiet(.epochs(1), validation: .every(1)).fit(model, data).validationScores
        #expect(scores.numbers == ["samples": 1, "night/samples": 2, "rain/samples": 3])
        #expect(model.validated == [nil, "night", "night", "rain"])
        #expect(data.validDataLoaders.keys.sorted() == ["night", "rain"] && data.validDataLoader?.sampleCount == 1)
        #expect(data.trainDataset is TensorDataset && data.validDataset is BatchSubset<TensorDataset>)
        final class Twice: DataModule<LabeledBatch> {
            let name: String
            init(_ name: String) { self.name = name }
            override func setup() throws {
                for _ in 0..<2 { try addValidation(named: name, Images().batches) }
            }
        }
        #expect(throws: DataError.self) { try Twice("night").setup() }
        #expect(throws: DataError.self) { try Twice("").setup() }
    }

    @Test("samples that fail are skipped, with warnings in the log and a count, the same after a resume")
    func skipping() throws {
        struct Faulty: Dataset {
            let count = 22
            func sample(at index: Int, random: inout SampleRandom) throws -> (Tensor, Int) {
                if index % 7 == 3 { throw DataError("it is broken") }
                return (try Tensor.randn([1, 3, 3], generator: random.generator()), index % 3)
            }
        }
        final class FaultyData: DataModule<LabeledBatch> {
            override func setup() throws {
                func batches(_ count: Int) throws -> CollatedDataset<Subset<Faulty>, LabeledBatch> {
                    try Faulty().subset(0..<count).collated { samples in
                        LabeledBatch(inputs: try Tensor.stack(samples.map(\.0)), targets: try Tensor(samples.map(\.1)))
                    }
                }
                var options = LoaderOptions(batchSize: 4, shuffle: true, workers: 2, onFailure: .skip(limit: 3))
                try addTrainPhase(batches(22), options)
                options.shuffle = false
                try setValidation(batches(12), options)
                try addValidation(named: "night", batches(4), options)
                try setTest(batches(4), options)
            }
        }
        try withTemporaryFolder { folder in
            var printed = ""
            func train(_ name: String, stopAt: Int? = nil) throws -> (losses: [Double], result: FitResult) {
                let model = StoppingModel()
                model.stopsAfter = stopAt
                let trainer = try Trainer(
                    .epochs(2), validation: .every(1), checkpoints: .in(folder.appending(path: name), every: 1),
                    logs: .in(folder.appending(path: name)), display: .progress)
                var result: FitResult?
                printed = try trainer.printedText { result = try trainer.fit(model, FaultyData()) }
                return (model.losses, try #require(result))
            }
            let whole = try train("whole")
            let expected: [SkippedSamples.Loader: Int] = [
                .training(phase: 1): 6, .validation(name: "night"): 2, .validation(name: nil): 4,
            ]
            #expect(whole.result.skippedSamples.counts == expected)
            let summary =
                "samples that failed and were left out: 6 of the training data, 4 of the validation data, 2 of the "
                + "validation data 'night'"
            #expect(printed.contains(summary))
            let (first, second) = (try train("parts", stopAt: 3), try train("parts"))
            #expect(first.losses + second.losses == whole.losses)
            // Counts go on from the checkpoint, which is from the middle of an epoch.
            #expect(first.result.skippedSamples.total < 6)
            #expect(second.result.skippedSamples == whole.result.skippedSamples && printed.contains(summary))
            // A training that is over already.
            #expect(try train("parts").result.skippedSamples == whole.result.skippedSamples)
            let log = try String(contentsOf: folder.appending(path: "parts/small.log"), encoding: .utf8)
            #expect(log.contains("left out sample 3: it is broken"))
            #expect(log.contains(summary))
            let trainer = try Trainer(.epochs(1), display: .progress)
            let model = SmallModel()
            var tested: TestResult?
            let text = try trainer.printedText {
                try trainer.fit(model, FaultyData())
                tested = try trainer.test(model, FaultyData())
            }
            #expect(tested?.skippedSamples.counts == [.test: 1] && tested?.scores == model.testScores)
            #expect(text.contains("left out: 1 of the test data"))
        }
    }

    @Test("batches of which all samples fail are left out of a training, the same after a resume", arguments: [0, 2])
    func emptyBatches(workers: Int) throws {
        struct Faulty: Dataset {
            let count = 22
            func sample(at index: Int, random: inout SampleRandom) throws -> (Tensor, Int) {
                if index < 4 || index % 3 == 1 || index > 19 { throw DataError("it is broken") }
                return (try Tensor.randn([1, 3, 3], generator: random.generator()), index % 3)
            }
        }
        final class FaultyData: DataModule<LabeledBatch> {
            let workers: Int
            init(workers: Int) { self.workers = workers }
            override func setup() throws {
                let batches = Faulty().collated { samples in
                    LabeledBatch(inputs: try Tensor.stack(samples.map(\.0)), targets: try Tensor(samples.map(\.1)))
                }
                var options = LoaderOptions(
                    batchSize: 2, workers: .count(workers), onFailure: .skip(limit: 12))
                try addTrainPhase(batches, options)
                options.batchSize = 1
                try setValidation(batches, options)
            }
        }
        try withTemporaryFolder { folder in
            for unit in [TrainingUnit.epoch, .iteration] {
                func train(_ name: String, stopAt: Int? = nil) throws -> (losses: [Double], result: FitResult) {
                    let model = StoppingModel()
                    model.stopsAfter = stopAt
                    let trainer = try Trainer.quiet(
                        .of(unit, unit == .epoch ? 2 : 16), validation: .every(unit == .epoch ? 1 : 5),
                        checkpoints: .in(
                            folder.appending(path: "\(unit)-\(name)"), every: unit == .epoch ? 1 : 5))
                    let result = try trainer.fit(model, FaultyData(workers: workers))
                    return (model.losses, result)
                }
                let whole = try train("whole")
                // Of eleven batches, the first two and the last have no sample that is left.
                #expect(whole.losses.count == 16)
                if unit == .epoch {
                    // Two epochs of twelve failures each, with a validation each.
                    #expect(
                        whole.result.skippedSamples.counts
                            == [.training(phase: 1): 24, .validation(name: nil): 24])
                }
                for stop in [1, 5, 7, 8, 9, 15] {
                    let (first, second) = (try train("\(stop)", stopAt: stop), try train("\(stop)"))
                    #expect(first.losses.count == stop && first.losses + second.losses == whole.losses)
                    let training = SkippedSamples.Loader.training(phase: 1)
                    #expect(
                        second.result.skippedSamples.counts[training] == whole.result.skippedSamples.counts[training])
                }
            }
            // A step of several batches is divided by their number, which is known in advance.
            let trainer = try Trainer.quiet(.epochs(1), accumulation: .batches(2))
            let error = #expect(throws: (any Error).self) {
                try trainer.fit(SmallModel(), FaultyData(workers: workers))
            }
            #expect(error.map { "\($0)".contains("none can be left out") } == true)
        }
    }

    @Test("pinned memory without a CUDA device is told of, and does nothing")
    func pinned() throws {
        try withTemporaryFolder { folder in
            let data = StreamData()
            data.options.pinMemory = true
            try Trainer.quiet(.epochs(1), logs: .in(folder), device: .cpu).fit(Counting(), data)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("pinMemory: true has no effect"))
        }
    }
}
