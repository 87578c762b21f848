import Foundation
import Helios
import TestSupport
import Testing

@testable import TrainingProgram

@Suite(.standardGenerator) struct PredictionTests {
    private class Predicting: SmallModel {
        var calls: [String] = []

        override func batchToDevice(_ batch: LabeledBatch, phase: BatchPhase) throws -> LabeledBatch {
            if phase == .predict { calls.append("to device") }
            return try super.batchToDevice(batch, phase: phase)
        }
        override func onPredictionStart() { calls.append("start") }
        override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor {
            #expect(!network.isTraining && !isGradEnabled)
            calls.append("step \(step)")
            return try network(batch.inputs).argmax(dim: 1)
        }
        override func onPredictionEnd() { calls.append("end") }
        override func loadForTesting() { calls.append("load") }
    }

    private final class Images: SmallData {
        override func setup() throws {
            try super.setup()
            let inputs = try Tensor.randn([10, 1, 3, 3], generator: Generator(seed: 5))
            try setPrediction(
                TensorDataset(inputs: inputs, targets: Tensor.zeros([10])), LoaderOptions(batchSize: 4))
        }
    }

    @Test("it gives what predictStep makes of each batch, in order")
    func predictions() throws {
        let model = Predicting()
        let predictions = try Trainer.quiet().predict(model, Images())
        #expect(predictions.map(\.shape) == [[4], [4], [2]])
        #expect(
            model.calls == [
                "load", "start", "to device", "step 0", "to device", "step 1", "to device", "step 2", "end",
            ])
    }

    @Test("it takes the networks of the newest checkpoint, or of the one that is given")
    func checkpoints() throws {
        try withTemporaryFolder { folder in
            let trained = Predicting()
            try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1)).fit(trained, SmallData())
            let newest = Predicting()
            let predictions = try Trainer.quiet(checkpoints: .in(folder)).predict(newest, Images())
            try expectSameState(newest.network, trained.network)
            #expect(newest.optimizer == nil && !newest.calls.contains("load"))
            try trained.eval()
            let inputs = try Tensor.randn([10, 1, 3, 3], generator: Generator(seed: 5))
            let expected = try noGrad { try trained.network(inputs).argmax(dim: 1) }
            try expectSameBits(Tensor.cat(predictions), expected)

            let first = Predicting()
            let file = folder.appending(path: "small/small_epoch_1_iter_6.pth")
            let trainer = try Trainer.quiet()
            _ = try trainer.predict(first, Images(), checkpoint: file)
            #expect(trainer.lastCheckpoint == file)
            #expect(
                try !first.network.stateDict().tensor("0.weight").equal(newest.network.stateDict().tensor("0.weight")))
        }
    }

    @Test("a checkpoint that is not there, or none, is an error that names it")
    func badCheckpoint() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "none.pth")
            let error = #expect(throws: CheckpointError.self) {
                _ = try Trainer.quiet().predict(Predicting(), Images(), checkpoint: file)
            }
            #expect(error?.path == file.path)
            try Data("text".utf8).write(to: file)
            #expect(throws: CheckpointError.self) {
                _ = try Trainer.quiet().predict(Predicting(), Images(), checkpoint: file)
            }
        }
    }

    @Test("a model without predictStep, and data without predictions, are errors that say what to do")
    func unfinished() throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Trainer.quiet().predict(ReadyModel(), Images())
        }
        #expect(error?.description.contains("predictStep") == true)
        let dataError = #expect(throws: DataError.self) { _ = try Trainer.quiet().predict(Predicting(), SmallData()) }
        #expect(dataError?.description.contains("setPrediction") == true)
    }

    @Test("an error of a step is thrown, logged with the hook, and cleaned up after")
    func error() throws {
        struct Trouble: Error {}
        final class Failing: Predicting {
            override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor { throw Trouble() }
        }
        try withTemporaryFolder { folder in
            let data = Images()
            #expect(throws: Trouble.self) { _ = try Trainer.quiet(logs: .in(folder)).predict(Failing(), data) }
            #expect(data.teardownCount == 1)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("prediction failed in predictStep"))
        }
    }

    @Test("single samples are put together to batches")
    func samples() throws {
        struct Sample: Collatable {
            let number: Int
            static func collate(_ samples: [Sample]) throws -> Tensor { try Tensor(samples.map(\.number)) }
        }
        struct Samples: Dataset {
            let count = 5
            func sample(at index: Int, random: inout SampleRandom) -> Sample { Sample(number: index) }
        }
        final class Numbers: DataModule<Tensor> {
            override func setup() throws { try setPrediction(Samples(), LoaderOptions(batchSize: 2)) }
        }
        final class Doubling: Model<Tensor> {
            override func setup(fastInit: Bool) {}
            override func loadForTesting() {}
            override func predictStep(_ batch: Tensor, step: Int) throws -> Tensor { try batch * 2 }
        }
        let predictions = try Trainer.quiet().predict(Doubling(saveName: "double"), Numbers())
        #expect(try Tensor.cat(predictions).array(Int.self) == [0, 2, 4, 6, 8])
    }
}
