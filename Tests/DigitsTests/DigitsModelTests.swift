import Foundation
import Helios
import TestSupport
import Testing

@testable import Digits

@Suite(.standardGenerator) struct DigitsModelTests {
    /// The example's model, with a record of what it was trained by.
    private final class RecordingModel: DigitsModel {
        var losses: [Double] = []
        var accuracies: [Double] = []

        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
            try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
            losses.append(lastLosses["loss"] ?? .nan)
        }

        override func onValidationEnd(validationCycle: Int) throws {
            try super.onValidationEnd(validationCycle: validationCycle)
            accuracies.append(validationScores["accuracy"] ?? .nan)
        }
    }

    private struct Recording: Decodable {
        let losses: [Double]
        let accuracies: [Double]
    }

    @Test("losses are PyTorch's, step by step", arguments: [0, 2])
    func losses(workers: Int) throws {
        try LibTorch.setThreadCount(1)
        let recording = try fixture("digits", as: Recording.self)
        let model = RecordingModel(learningRate: 1e-3, trainedNetwork: URL(filePath: "/dev/null"))
        let trainer = try Trainer(
            totalSteps: .steps(recording.accuracies.count), validFrequency: 1, randomSeed: 0, showsProgress: false,
            printsBanner: false)
        try trainer.fit(model, DigitsData(batchSize: 32, workers: workers))

        #expect(model.losses.count == recording.losses.count)
        for (step, (loss, expected)) in zip(model.losses, recording.losses).enumerated().prefix(100) {
            #expect(abs(loss - expected) <= 1e-4 * expected, "step \(step + 1): \(loss) instead of \(expected)")
        }
        #expect(model.accuracies.count == recording.accuracies.count)
        for (accuracy, expected) in zip(model.accuracies, recording.accuracies) {
            #expect(abs(accuracy - expected) < 2.5 / 360)
        }
    }
}
