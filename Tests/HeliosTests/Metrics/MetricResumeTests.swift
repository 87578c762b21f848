import Foundation
import Helios
import TestSupport
import Testing
import Torch

/// Metrics of a model in a training that is interrupted and resumed.
@Suite(.standardGenerator) struct MetricResumeTests {
    /// Counts over training epochs and over validations, and stops after a step of either if it is told to.
    private final class MeasuredModel: SmallModel {
        let training = MeanMetric()
        let validation = [MeanMetric()]
        var found: [String] = []
        var stopsAfter: Int?
        var stopsInValidation = false
        private var trained = 0

        override func onTrainingEpochStart(currentEpoch: Int) throws {
            if trainer?.isResumingEpoch != true { training.reset() }
            try super.onTrainingEpochStart(currentEpoch: currentEpoch)
        }
        override func noteLoss(state: TrainingState) throws {
            try training.update(lastLosses["loss"] ?? .nan)
            trained += 1
            if trained == stopsAfter, !stopsInValidation { trainer?.stop() }
        }
        override func onTrainingEpochEnd(currentEpoch: Int) throws {
            found.append("epoch \(currentEpoch): \(try training.compute())")
            try super.onTrainingEpochEnd(currentEpoch: currentEpoch)
        }
        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            try validation[0].update(crossEntropy(network(batch.inputs), batch.targets).detach())
            if stopsInValidation, trained == stopsAfter { trainer?.stop() }
        }
        /// Resets at the end, so that a validation that did not count must not leave anything.
        override func onValidationEnd(validationCycle: Int) throws {
            validationScores["mean"] = try validation[0].compute()
            try validationScores.set([validationCycle, trained >= 0 ? 1 : 0], for: "pair")
            found.append("validation \(validationCycle): \(validationScores["mean"] ?? .nan)")
            validation[0].reset()
            try super.onValidationEnd(validationCycle: validationCycle)
        }
    }

    private func train(in folder: URL, stopsAfter: Int? = nil, inValidation: Bool = false) throws
        -> (found: [String], result: FitResult)
    {
        let model = MeasuredModel()
        (model.stopsAfter, model.stopsInValidation) = (stopsAfter, inValidation)
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1), checkpoints: .in(folder, every: 1))
        let result = try trainer.fit(model, SmallData())
        return (model.found, result)
    }

    @Test("an epoch or a validation that is interrupted and resumed finds the same numbers", arguments: [2, 6, 9, 12])
    func interrupted(stopsAfter: Int) throws {
        try withTemporaryFolder { folder in
            let whole = try train(in: folder.appending(path: "whole"))
            #expect(whole.result.outcome == .completed && whole.found.count == 6)
            for inValidation in [false, true] {
                let folder = folder.appending(path: "\(inValidation)")
                let first = try train(in: folder, stopsAfter: stopsAfter, inValidation: inValidation)
                var found = first.found
                var result = first.result
                // An epoch has six batches.
                #expect((first.result.outcome == .completed) == (inValidation && stopsAfter % 6 != 0))
                if first.result.outcome != .completed {
                    let second = try train(in: folder)
                    found += second.found
                    result = second.result
                }
                #expect(found == whole.found)
                #expect(result.outcome == .completed)
                #expect(result.validationScores == whole.result.validationScores)
                #expect(try result.validationScores.value("pair") == [2, 1])
            }
        }
    }

    @Test("what a check of the validation counted is forgotten")
    func sanityCheck() throws {
        let model = MeasuredModel()
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1, sanityCheck: 2))
        _ = try trainer.fit(model, SmallData())
        let plain = MeasuredModel()
        _ = try Trainer.quiet(.epochs(1), validation: .every(1)).fit(plain, SmallData())
        #expect(model.found.last == plain.found.last)
    }
}
