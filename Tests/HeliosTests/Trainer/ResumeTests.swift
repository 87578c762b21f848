import Foundation
import Helios
import TestSupport
import Testing

/// A run that was cut and resumed ends with the bits of one that was not.
@Suite(.standardGenerator) struct ResumeTests {
    @Test(
        "from any checkpoint the weights and losses are those of the uninterrupted run",
        arguments: TrainingUnit.allCases, [0, 2])
    func everyCheckpoint(unit: TrainingUnit, workers: Int) throws {
        try withTemporaryFolder { folder in
            let total: Int = unit == .epoch ? 3 : 16
            func trainer(_ name: String) throws -> Trainer {
                try Trainer.quiet(
                    .of(unit, total), validation: .every(2), checkpoints: .in(folder.appending(path: name), every: 1))
            }
            let whole = SmallModel()
            try trainer("whole").fit(whole, SmallData())
            let checkpoints = folder.appending(path: "whole/small")
            for name in checkpoints.filesBelow {
                let part = folder.appending(path: "part-\(name)/small")
                try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: checkpoints.appending(path: name), to: part.appending(path: name))
                let model = SmallModel()
                let data = SmallData()
                data.options.workers = .count(workers)
                let result = try trainer("part-\(name)").fit(model, data)
                #expect(result.outcome == .completed)
                #expect(result.state.globalIteration == whole.losses.count)
                #expect(model.losses == Array(whole.losses.suffix(model.losses.count)), "from \(name)")
                try expectSameState(model.network, whole.network)
            }
            #expect(checkpoints.filesBelow.count == (unit == .epoch ? 3 : 16))
        }
    }

    @Test(
        "a plug-in that counts the questions whether to stop is asked as often, wherever a validation is interrupted",
        arguments: TrainingUnit.allCases)
    func questions(unit: TrainingUnit) throws {
        final class Counting: Plugin {
            var count = 0
            override func shouldTrainingStop() throws -> Bool {
                count += 1
                // A random number more or less shows in all that come after it.
                _ = try Tensor.rand(1)
                return false
            }
            override func stateDict() -> StateDict { ["count": .int(count)] }
            override func loadStateDict(_ state: StateDict) throws { count = try state.int("count") }
        }
        final class Interrupting: SmallModel {
            var cycle: Int?
            override func validStep(_ batch: LabeledBatch, step: Int) throws {
                try super.validStep(batch, step: step)
                if trainer?.state.validationCycles == cycle { trainer?.stop() }
            }
        }
        try withTemporaryFolder { folder in
            func train(_ model: SmallModel, in name: String) throws -> (outcome: FitResult.Outcome, count: Int) {
                let trainer = try Trainer.quiet(
                    .of(unit, unit == .epoch ? 2 : 9), validation: .every(unit == .epoch ? 1 : 4),
                    checkpoints: .in(folder.appending(path: name)))
                let plugin = Counting(id: "counting")
                try trainer.register(plugin)
                let result = try trainer.fit(model, SmallData())
                return (result.outcome, plugin.count)
            }
            let whole = SmallModel()
            let expected = try train(whole, in: "whole").count
            var losses: [Double] = []
            for cycle in [0, 1, nil] {
                let model = Interrupting()
                model.cycle = cycle
                let result = try train(model, in: "parts")
                #expect(result.outcome == (cycle == nil ? .completed : .interrupted(.request)))
                losses += model.losses
                guard cycle == nil else { continue }
                #expect(result.count == expected && losses == whole.losses)
                try expectSameState(model.network, whole.network)
            }
        }
    }

    @Test("if the model stopped with an epoch's last batch, an interrupted validation does not change its end")
    func lastValidation() throws {
        final class Stopping: SmallModel {
            var isInterrupted = false
            var calls: [String] = []
            override func shouldTrainingStop() throws -> Bool {
                _ = try Tensor.rand(1)
                return trainer?.state.globalIteration == 6
            }
            override func validStep(_ batch: LabeledBatch, step: Int) throws {
                calls.append("valid \(try Tensor.rand(1).item(Double.self))")
                if isInterrupted { trainer?.stop() }
            }
            override func onTrainingEpochEnd(currentEpoch: Int) { calls.append("epoch end") }
            override func shouldAdvanceDatasetPhase() -> Bool {
                calls.append("advance")
                return false
            }
        }
        try withTemporaryFolder { folder in
            func train(_ model: Stopping, in name: String) throws -> FitResult.Outcome {
                let root = folder.appending(path: name)
                let trainer = try Trainer.quiet(.epochs(3), validation: .every(1), checkpoints: .in(root))
                let result = try trainer.fit(model, SmallData())
                return result.outcome
            }
            let (whole, first, rest) = (Stopping(), Stopping(), Stopping())
            first.isInterrupted = true
            let outcomes = [
                try train(whole, in: "whole"), try train(first, in: "parts"), try train(rest, in: "parts"),
            ]
            #expect(outcomes == [.stoppedByModel, .interrupted(.request), .stoppedByModel])
            #expect(rest.calls == whole.calls && rest.calls.last == "epoch end")
        }
    }

    @Test(
        "a training that the model stopped by its scores and losses stays stopped when it is run again",
        arguments: TrainingUnit.allCases)
    func stoppedByScores(unit: TrainingUnit) throws {
        final class Content: SmallModel {
            override func shouldTrainingStop() -> Bool {
                validationScores["loss", default: .nan] < 100 && lastLosses["loss", default: .nan] < 100
            }
        }
        try withTemporaryFolder { folder in
            func train() throws -> (outcome: FitResult.Outcome, steps: Int) {
                let model = Content()
                let trainer = try Trainer.quiet(.of(unit, 6), validation: .every(1), checkpoints: .in(folder, every: 1))
                let result = try trainer.fit(model, SmallData())
                return (result.outcome, model.losses.count)
            }
            for expected in [unit == .epoch ? 6 : 1, 0] {
                let (outcome, steps) = try train()
                #expect(outcome == .stoppedByModel && steps == expected)
            }
        }
    }

    @Test("a validation that is run again finds the scores of the one before, not those of its own first try")
    func scoresBefore() throws {
        final class Comparing: SmallModel {
            var isInterrupted = false
            var before: [Int: Scores] = [:]
            override func onValidationStart(validationCycle: Int) throws {
                before[validationCycle] = validationScores
                try super.onValidationStart(validationCycle: validationCycle)
            }
            override func validStep(_ batch: LabeledBatch, step: Int) throws {
                try super.validStep(batch, step: step)
                if isInterrupted, trainer?.state.validationCycles == 1 { trainer?.stop() }
            }
        }
        try withTemporaryFolder { folder in
            func train(_ model: Comparing, in name: String) throws {
                try Trainer.quiet(.epochs(2), validation: .every(1), checkpoints: .in(folder.appending(path: name)))
                    .fit(model, SmallData())
            }
            let (whole, first, rest) = (Comparing(), Comparing(), Comparing())
            try train(whole, in: "whole")
            first.isInterrupted = true
            try train(first, in: "parts")
            try train(rest, in: "parts")
            #expect(whole.before[1]?.isEmpty == false)
            #expect(rest.before == [1: whole.before[1]])
        }
    }

    @Test("a training by epoch that the model stopped inside an epoch continues with the batches it has not seen")
    func stoppedInsideAnEpoch() throws {
        final class Stopping: SmallModel {
            let stop: Int
            init(after stop: Int) {
                self.stop = stop
                super.init()
            }
            override func shouldTrainingStop() -> Bool { losses.count == stop }
        }
        try withTemporaryFolder { folder in
            func trainer(_ name: String) throws -> Trainer {
                try Trainer.quiet(.epochs(3), checkpoints: .in(folder.appending(path: name), every: 1))
            }
            let whole = SmallModel()
            try trainer("whole").fit(whole, SmallData())
            for stop in [1, 4, 8] {
                let first = Stopping(after: stop)
                #expect(try trainer("\(stop)").fit(first, SmallData()).outcome == .stoppedByModel)
                let rest = SmallModel()
                try trainer("\(stop)").fit(rest, SmallData())
                #expect(first.losses + rest.losses == whole.losses)
                try expectSameState(rest.network, whole.network)
            }
        }
    }

    @Test("a training that is complete trains nothing more", arguments: TrainingUnit.allCases)
    func complete(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let first = SmallModel()
            try Trainer.quiet(.of(unit, 2), checkpoints: .in(folder, every: 1)).fit(first, SmallData())
            let second = SmallModel()
            let result = try Trainer.quiet(.of(unit, 2), checkpoints: .in(folder, every: 1))
                .fit(second, SmallData())
            #expect(result.outcome == .completed)
            #expect(second.losses.isEmpty)
            try expectSameState(second.network, first.network)
        }
    }

    @Test("in the middle of an epoch, other batches than the checkpoint's are an error, between two they are not")
    func otherBatches() throws {
        try withTemporaryFolder { folder in
            func train(_ total: Int, batchSize: Int) throws {
                let data = SmallData()
                data.options.batchSize = batchSize
                try Trainer.quiet(.iterations(total), checkpoints: .in(folder, every: 2))
                    .fit(SmallModel(), data)
            }
            try train(8, batchSize: 4)
            let error = #expect(throws: CheckpointError.self) { try train(10, batchSize: 5) }
            #expect(error?.description.contains("22 samples in batches of 4") == true, "\(error?.description ?? "")")
        }
    }

    @Test("running losses continue where they were")
    func runningLosses() throws {
        final class Summing: SmallModel {
            var sums: [Double] = []
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
                try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
                sums.append(runningLosses["loss", default: 0] / Double(state.runningIter))
            }
        }
        try withTemporaryFolder { folder in
            func train(_ total: Int, in name: String) throws -> [Double] {
                let model = Summing()
                let root = folder.appending(path: name)
                try Trainer.quiet(.iterations(total), checkpoints: .in(root, every: 4)).fit(
                    model, SmallData())
                return model.sums
            }
            let parts = try train(4, in: "parts") + train(9, in: "parts")
            #expect(try parts == train(9, in: "whole"))
        }
    }
}
