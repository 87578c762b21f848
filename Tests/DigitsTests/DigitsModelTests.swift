import Foundation
import Helios
import HeliosConfiguration
import TestSupport
import Testing

@testable import Digits

struct DigitsModelTests {
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

    @Test("losses and accuracies are those of the PyTorch beside, to the bit", .needsPyTorch, arguments: [0, 2])
    func trainsLikePyTorch(workers: Int) async throws {
        let expected: Recording = try await Python.fixture("digits")
        try await withStandardGenerator {
            let model = try trainedModel(epochs: expected.accuracies.count, workers: workers)
            #expect(model.losses == expected.losses)
            #expect(model.accuracies.map(Float.init) == expected.accuracies.map(Float.init))
        }
    }

    /// Roundings that differ between two processors grow with each step, so that only the first loss can be compared
    /// closely: its longest sums have 512 terms. What is learned must be the same nevertheless. An accuracy p of 360
    /// digits has a standard deviation of √(p(1−p)/360), 1.1 % for 0.95: three of those are 12 digits.
    @Test("the first loss is PyTorch's of another machine, and what is learned is as good", .standardGenerator)
    func learnsAsRecorded() throws {
        let expected = try fixture("digits", as: Recording.self)
        let model = try trainedModel(epochs: expected.accuracies.count, workers: 0)
        #expect(model.losses.count == expected.losses.count)
        try expectClose(
            Tensor(model.losses.prefix(1).map(Float.init)), Tensor(expected.losses.prefix(1).map(Float.init)),
            within: .sum(of: 512), "the first loss")
        #expect(model.accuracies.count == expected.accuracies.count)
        for (accuracy, expected) in zip(model.accuracies, expected.accuracies) {
            #expect(abs(accuracy - expected) <= 12 / 360)
        }
    }

    private func trainedModel(epochs: Int, workers: Int) throws -> RecordingModel {
        LibTorch.useOneThreadOnThisThread()
        let model = RecordingModel(
            optimizer: ["type": "AdamW", "lr": 1e-3], trainedNetwork: URL(filePath: "/dev/null"))
        let trainer = try Trainer(.epochs(epochs), validation: .every(1), seed: 0, device: .cpu, display: .nothing)
        try trainer.fit(
            model, DigitsData(loader: LoaderSettings(batchSize: 32, shuffle: true, workers: .count(workers))))
        return model
    }
}
