import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct FastRunTests {
    private class Counting: SmallModel {
        var counts: [String: Int] = [:]
        private func count(_ what: String) { counts[what, default: 0] += 1 }

        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            count("valid")
            try super.validStep(batch, step: step)
        }
        override func testStep(_ batch: LabeledBatch, step: Int) throws {
            count("test")
            try super.testStep(batch, step: step)
        }
        override func onTrainingEpochEnd(currentEpoch: Int) { count("epoch end") }
        override func onTrainingEnd() { count("training end") }
    }

    private func trainer(_ unit: TrainingUnit, _ folder: URL, accumulationSteps: Int = 1) throws -> Trainer {
        try Trainer.quiet(
            .of(unit, 1000), validation: .every(500), checkpoints: .in(folder.appending(path: "checkpoints"), every: 1),
            accumulation: .batches(accumulationSteps), logs: .in(folder.appending(path: "logs")))
    }

    @Test("it runs a few batches of everything once, and leaves no file", arguments: TrainingUnit.allCases)
    func everything(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let (model, data) = (Counting(), SmallData())
            let trainer = try trainer(unit, folder)
            var result: FitResult?
            let text = try trainer.printedText { result = try trainer.fastRun(model, data, limit: 1) }
            #expect(result?.outcome == .completed && result?.state.globalIteration == 1)
            #expect(model.counts == ["valid": 1, "test": 1, "epoch end": 1, "training end": 1])
            #expect(text == "fast run: everything works\n")
            #expect(data.teardownCount == 1)
            let contents = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(contents.isEmpty && trainer.lastCheckpoint == nil && trainer.logFile == nil)
        }
    }

    @Test("more steps than there are batches are all of them, by iteration of several epochs")
    func manySteps() throws {
        try withTemporaryFolder { folder in
            let model = Counting()
            #expect(try trainer(.epoch, folder).fastRun(model, SmallData(), limit: 50).state.globalIteration == 6)
            #expect(model.counts["valid"] == 2 && model.counts["test"] == 2)
            let other = Counting()
            #expect(try trainer(.iteration, folder).fastRun(other, SmallData(), limit: 8).state.currentIteration == 8)
            let accumulating = try trainer(.iteration, folder, accumulationSteps: 3)
            let state = try accumulating.fastRun(Counting(), SmallData(), limit: 2).state
            #expect(state.currentIteration == 2 && state.globalIteration == 6)
        }
    }

    @Test("it starts over even if there is a checkpoint, and does not touch it")
    func beside() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1), checkpoints: .in(folder, every: 1))
            try trainer.fit(SmallModel(), SmallData())
            let (files, last) = (folder.filesBelow, trainer.lastCheckpoint)
            #expect(try trainer.fastRun(SmallModel(), SmallData(), limit: 2).state.globalIteration == 2)
            #expect(folder.filesBelow == files && trainer.lastCheckpoint == last && last != nil)
        }
    }

    @Test("a fault in the validation, the test or the state for a checkpoint shows")
    func faults() throws {
        struct Trouble: Error {}
        final class BadValidation: SmallModel {
            override func validStep(_ batch: LabeledBatch, step: Int) throws { throw Trouble() }
        }
        final class BadTest: SmallModel {
            override func testStep(_ batch: LabeledBatch, step: Int) throws { throw Trouble() }
        }
        final class BadState: SmallModel {
            override func stateDict() throws -> StateDict { throw Trouble() }
        }
        final class BadRestore: SmallModel {
            override func loadStateDict(_ state: StateDict, fastInit: Bool) throws { throw Trouble() }
        }
        for model in [BadValidation(), BadTest(), BadState(), BadRestore()] {
            #expect(throws: Trouble.self) { try Trainer.quiet(.epochs(9)).fastRun(model, SmallData(), limit: 1) }
        }
    }

    @Test("one that is interrupted says so, and not that everything works")
    func interrupted() throws {
        final class Stopping: Counting {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try super.trainStep(batch, state: state)
                trainer?.stop()
            }
        }
        let model = Stopping()
        let trainer = try Trainer.quiet(.epochs(9))
        var result: FitResult?
        let text = try trainer.printedText { result = try trainer.fastRun(model, SmallData()) }
        #expect(result?.outcome == .interrupted(.request))
        #expect(!text.contains("everything works") && text.contains("interrupted"))
        #expect(model.counts["test"] == nil)
    }

    @Test("it needs a step, and no total of steps")
    func options() throws {
        #expect(throws: ConfigurationError.self) { try Trainer.quiet().fastRun(SmallModel(), SmallData(), limit: 0) }
        let result = try Trainer.quiet(nil).fastRun(SmallModel(), SmallData(), limit: 1)
        #expect(result.state.globalEpoch == 1)
    }

    @Test("a lower limit of the trainer's own stays")
    func limits() throws {
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1, limit: 1), data: .first(train: 2))
        let model = Counting()
        #expect(try trainer.fastRun(model, SmallData(), limit: 5).state.globalIteration == 2)
        #expect(model.counts["valid"] == 1 && model.counts["test"] == 2)
    }
}
