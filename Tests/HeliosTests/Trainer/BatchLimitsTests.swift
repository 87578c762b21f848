import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct BatchLimitsTests {
    /// Notes the batches of each kind by the first number of their inputs.
    private final class Watching: SmallModel {
        var batches: [String: [Float]] = [:]
        var stepsPerEpoch = 0

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            stepsPerEpoch = try trainStepsPerEpoch()
        }
        private func note(_ kind: String, _ batch: LabeledBatch) throws {
            batches[kind, default: []].append(try batch.inputs.flatten()[0].item(Float.self))
        }
        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try note("train", batch)
            try super.trainStep(batch, state: state)
        }
        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            try note("valid", batch)
            try super.validStep(batch, step: step)
        }
        override func testStep(_ batch: LabeledBatch, step: Int) throws {
            try note("test", batch)
            try super.testStep(batch, step: step)
        }
    }

    @Test("each limit cuts the batches of its kind, and trainStepsPerEpoch knows it")
    func limits() throws {
        let trainer = try Trainer.quiet(.epochs(2), validation: .every(1, limit: 1), data: .first(train: 4, test: 1))
        let model = Watching()
        let result = try trainer.fit(model, SmallData())
        #expect(result.state.globalIteration == 8 && model.stepsPerEpoch == 4)
        #expect(model.batches["train"]?.count == 8 && model.batches["valid"]?.count == 2)
        try trainer.test(model, SmallData())
        #expect(model.batches["test"]?.count == 1)
    }

    @Test("the batches are the first of those without a limit, in a new order each epoch")
    func sameOrder() throws {
        func train(limit: Int?) throws -> [Float] {
            let trainer = try Trainer.quiet(.epochs(2), data: .first(train: limit))
            let model = Watching()
            try trainer.fit(model, SmallData())
            return model.batches["train"] ?? []
        }
        let (all, some) = (try train(limit: nil), try train(limit: 2))
        #expect(some == [all[0], all[1], all[6], all[7]])
    }

    @Test("limits above the number of batches change nothing")
    func large() throws {
        let trainer = try Trainer.quiet(.epochs(2), validation: .every(1, limit: 7), data: .first(train: .max, test: 3))
        let (model, plain) = (Watching(), SmallModel())
        try trainer.fit(model, SmallData())
        try Trainer.quiet(.epochs(2), validation: .every(1)).fit(plain, SmallData())
        #expect(model.losses == plain.losses && model.stepsPerEpoch == 6)
    }

    @Test("by iteration a limited epoch is followed by the next")
    func byIteration() throws {
        let trainer = try Trainer.quiet(.iterations(7), data: .first(train: 3))
        let state = try trainer.fit(SmallModel(), SmallData()).state
        #expect(state.globalEpoch == 3 && state.datasetIter == 1)
    }

    @Test(
        "a run with limits resumes from any checkpoint to the bit", arguments: TrainingUnit.allCases, [0, 2])
    func resume(unit: TrainingUnit, workers: Int) throws {
        try withTemporaryFolder { folder in
            func train(_ total: Int, in name: String) throws -> SmallModel {
                let trainer = try Trainer.quiet(
                    .of(unit, total), validation: .every(2, limit: 1),
                    checkpoints: .in(folder.appending(path: name), every: 1), data: .first(train: 4))
                let (model, data) = (SmallModel(), SmallData())
                data.options.workers = .count(workers)
                try trainer.fit(model, data)
                return model
            }
            let totals: [Int] = unit == .epoch ? [1, 2, 3] : [3, 4, 6, 10]
            let whole = try train(totals[totals.count - 1], in: "whole")
            var losses: [Double] = []
            var last: SmallModel?
            for total in totals {
                let part = try train(total, in: "parts")
                losses += part.losses
                last = part
            }
            #expect(losses == whole.losses)
            try expectSameState(#require(last).network, whole.network)
        }
    }

    @Test("overfitting trains and validates with the first batches in the order of their numbers")
    func overfit() throws {
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1), data: .overfit(batches: 2))
        let model = Watching()
        let result = try trainer.fit(model, SmallData())
        let train = try #require(model.batches["train"])
        #expect(result.state.globalIteration == 6 && model.stepsPerEpoch == 2)
        #expect(Array(train[0..<2]) == Array(train[2..<4]) && train[0] != train[1])
        #expect(model.batches["valid"] == train)
        let all = try Tensor.randn([22, 1, 3, 3], generator: Generator(seed: 1)).flatten()
        #expect(try train[0] == all[0].item(Float.self) && train[1] == all[4 * 9].item(Float.self))
    }

    @Test("overfitting learns its batches by heart, and without validation data it does not validate")
    func learns() throws {
        final class TrainingOnly: DataModule<LabeledBatch> {
            override func setup() throws {
                let random = try Generator(seed: 1)
                try addTrainPhase(
                    TensorDataset(
                        inputs: Tensor.randn([22, 1, 3, 3], generator: random),
                        targets: Tensor.randint(high: 3, size: [22], generator: random, dtype: .int64)),
                    LoaderOptions(batchSize: 4, shuffle: true))
            }
        }
        let trainer = try Trainer.quiet(.epochs(60), validation: .every(1), data: .overfit(batches: 1))
        let model = Watching()
        try trainer.fit(model, TrainingOnly())
        #expect(model.batches["valid"] == nil)
        let (first, last) = (model.losses.prefix(10).reduce(0, +), model.losses.suffix(10).reduce(0, +))
        #expect(last < first / 2)
    }

    @Test("overfitting on more than there is, with a sampler that draws samples often, takes each sample once")
    func drawnOften() throws {
        struct Often: Sampler {
            let count = 50
            func order(epoch: Int) -> SampleOrder { SampleOrder(Array(repeating: 3, count: count)) }
        }
        let trainer = try Trainer.quiet(.epochs(1), data: .overfit(batches: 10))
        let data = SmallData()
        data.options = LoaderOptions(batchSize: 4, sampler: Often())
        #expect(try trainer.fit(SmallModel(), data).state.globalIteration == 6)
    }

    @Test("an overfitted epoch is gone on with in its middle")
    func overfitResume() throws {
        try withTemporaryFolder { folder in
            func train(_ total: Int, in name: String) throws -> [Double] {
                let trainer = try Trainer.quiet(
                    .iterations(total), checkpoints: .in(folder.appending(path: name), every: 1),
                    data: .overfit(batches: 3))
                let model = SmallModel()
                try trainer.fit(model, SmallData())
                return model.losses
            }
            let parts = try train(2, in: "parts") + train(8, in: "parts")
            #expect(try parts == train(8, in: "whole"))
        }
    }
}
