import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct SanityCheckTests {
    private final class Watching: SmallModel {
        var calls: [String] = []

        override func onValidationStart(validationCycle: Int) throws {
            try super.onValidationStart(validationCycle: validationCycle)
            calls.append("start \(validationCycle) \(trainer?.isSanityChecking == true)")
        }
        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            try super.validStep(batch, step: step)
            #expect(!network.isTraining && !isGradEnabled)
            calls.append("step \(step)")
            runningLosses["old"] = 1
        }
        override func onValidationEnd(validationCycle: Int) throws {
            calls.append("end")
        }
        override func haveMetricsImproved() -> Bool {
            calls.append("improved")
            return true
        }
        override func onTrainingStart() {
            #expect(network.isTraining && trainer?.isSanityChecking == false)
            #expect(validationScores.isEmpty && runningLosses["old"] == nil)
            calls.append("training")
        }
    }

    private func train(_ model: SmallModel, checked steps: Int, valid: Int = 2, folder: URL? = nil) throws
        -> FitResult
    {
        let trainer = try Trainer.quiet(
            .epochs(1), validation: .every(valid, sanityCheck: steps), checkpoints: folder.map { .in($0, every: 1) })
        return try trainer.fit(model, SmallData())
    }

    @Test("a few batches are validated before the training, and count for nothing")
    func before() throws {
        let model = Watching()
        let result = try train(model, checked: 1, valid: 1)
        #expect(
            model.calls == [
                "start 0 true", "step 0", "end", "training", "start 0 false", "step 0", "step 1", "end", "improved",
            ])
        #expect(result.state.validationCycles == 1)
    }

    @Test("it runs if no other validation does, and no more batches than there are")
    func all() throws {
        let model = Watching()
        _ = try train(model, checked: 100)
        #expect(model.calls == ["start 0 true", "step 0", "step 1", "end", "training"])
    }

    @Test("the training is the same, bits and random numbers too, as without it")
    func sameTraining() throws {
        let (checked, plain) = (SmallModel(), SmallModel())
        _ = try train(checked, checked: 2)
        _ = try train(plain, checked: 0)
        #expect(checked.losses == plain.losses)
        try expectSameState(checked.network, plain.network)
    }

    @Test("an error of the validation is thrown before anything is trained")
    func error() throws {
        struct Trouble: Error {}
        final class Failing: SmallModel {
            override func validStep(_ batch: LabeledBatch, step: Int) throws { throw Trouble() }
        }
        let model = Failing()
        #expect(throws: Trouble.self) { _ = try train(model, checked: 1) }
        #expect(model.losses.isEmpty)
    }

    @Test("a run that resumes from a checkpoint is not checked again")
    func resumed() throws {
        try withTemporaryFolder { folder in
            _ = try train(SmallModel(), checked: 1, folder: folder)
            try folder.forgetEnd(of: "small")
            let model = Watching()
            _ = try train(model, checked: 1, folder: folder)
            #expect(model.calls == ["training"])
        }
    }

    @Test("a negative number of steps is an error, and no validation data are none")
    func options() throws {
        #expect(throws: ConfigurationError.self) { try Trainer(.epochs(1), validation: .every(1, sanityCheck: -1)) }
        final class TrainingOnly: DataModule<LabeledBatch> {
            override func setup() throws {
                try addTrainPhase(TensorDataset(inputs: Tensor.zeros([4, 1, 3, 3]), targets: Tensor([0, 1, 2, 0])))
            }
        }
        let trainer = try Trainer(.epochs(1), validation: .every(1, sanityCheck: 2), device: .cpu, display: .nothing)
        #expect(try trainer.fit(SmallModel(), TrainingOnly()).outcome == .completed)
    }
}
