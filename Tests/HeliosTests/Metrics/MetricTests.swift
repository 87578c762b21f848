import Helios
import TestSupport
import Testing
import Torch

@testable import RegistryCases

/// Metrics of tensors against scikit-learn, scikit-image, torchmetrics and Python Helios.
@Suite struct MetricTests {
    private static let file = Result { try fixture("metrics", as: MetricFixture.self) }
    private static let cases = (try? file.get().cases) ?? []

    @Test("the fixture covers every registered metric of tensors")
    func coverage() throws {
        #expect(try Self.file.get().missing.isEmpty)
        let others: Set = ["MeanMetric", "BLEU", "MeanAveragePrecision"]
        #expect(Set(Self.cases.map(\.metric)) == Set(Registries.metrics.names).subtracting(others))
    }

    /// Both compute in float64 what is about 1, except that some of the libraries end with a number in float32, and
    /// Helios converts colors in it.
    @Test("metrics are those of other libraries", arguments: cases)
    func recorded(example: MetricCase) throws {
        try expectSame(example, in: Self.file.get())
    }

    @Test("metrics are those of the libraries on this machine", .needsPyTorch)
    func live() async throws {
        let live = try await Python.fixture("metrics", as: MetricFixture.self)
        if !live.missing.isEmpty {
            print("metrics are not compared live with what is not installed: \(live.missing.joined(separator: ", "))")
        }
        for example in live.cases { try expectSame(example, in: live) }
    }

    private func expectSame(_ example: MetricCase, in fixture: MetricFixture) throws {
        let metric = try example.make()
        let (predictions, targets) = try fixture.data(example)
        try metric.update(predictions, targets)
        try expectClose(
            metric.computedTensor(), example.expected.tensor, relative: 1e-6, absolute: 1e-6, example.testDescription)
        if let expected = example.perClass {
            let scores = try #require(metric as? any PerClassMetric).computePerClass()
            try expectClose(Tensor(scores), Tensor(expected), relative: 1e-6, absolute: 1e-6, example.testDescription)
        }
    }

    /// A batch of images may be cut, an image may not.
    private static let divisible = cases.filter {
        !["PSNR", "SSIM"].contains($0.metric) || ((try? file.get().inputs[$0.targets].shape.count) ?? 0) == 4
    }

    @Test("the cut of the data into batches and parts does not matter", arguments: divisible)
    func parts(example: MetricCase) throws {
        let (predictions, targets) = try Self.file.get().data(example)
        let whole = try example.make()
        try whole.update(predictions, targets)
        let count = targets.shape[0]
        for sizes in [[count], Array(repeating: 1, count: count), [0, count / 3, count - count / 3, 0]] {
            let merged = try example.make()
            try merged.updateInParts(predictions, targets, sizes: sizes, like: example.make)
            try expectClose(
                merged.computedTensor(), whole.computedTensor(), relative: 1e-12, absolute: 1e-12,
                example.testDescription)
        }
    }

    @Test("a restored metric continues as if it had not been saved", arguments: divisible)
    func state(example: MetricCase) throws {
        let (predictions, targets) = try Self.file.get().data(example)
        let (half, count) = (targets.shape[0] / 2, targets.shape[0])
        guard half > 0 else { return }
        let first = (
            try predictions.narrow(dim: 0, start: 0, length: half), try targets.narrow(dim: 0, start: 0, length: half)
        )
        let second = (
            try predictions.narrow(dim: 0, start: half, length: count - half),
            try targets.narrow(dim: 0, start: half, length: count - half)
        )
        let unbroken = try example.make()
        try unbroken.update(first.0, first.1)
        let restored = try example.make()
        try restored.loadStateDict(unbroken.stateDict())
        for metric in [unbroken, restored] { try metric.update(second.0, second.1) }
        try expectSameBits(restored.computedTensor(), unbroken.computedTensor(), example.testDescription)

        restored.reset()
        try restored.update(first.0, first.1)
        let fresh = try example.make()
        try fresh.update(first.0, first.1)
        try expectSameBits(restored.computedTensor(), fresh.computedTensor(), example.testDescription)
    }

    @Test("functions of whole tensors are the metrics' numbers")
    func functions() throws {
        let scores = try Tensor([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3], [0.2, 0.2, 0.6], [0.3, 0.4, 0.3]])
        let labels = try Tensor([1, 0, 1, 1])
        let task = ClassificationTask.multiclass(classes: 3)
        #expect(try Metrics.accuracy(scores, labels, task) == 0.75)
        #expect(try Metrics.accuracy(scores, labels, task, topK: 2, average: .macro) == (1 + 2.0 / 3) / 2)
        // Class 2 was predicted once, wrongly.
        #expect(try Metrics.precision(scores, labels, task) == 2.0 / 3)
        #expect(try Metrics.recall(scores, labels, task, average: .micro) == 0.75)
        #expect(abs(try Metrics.fBetaScore(scores, labels, task) - (1 + 0.8) / 3) < 1e-15)
        #expect(try Metrics.confusionMatrix(scores, labels, task).array(Int.self) == [1, 0, 0, 0, 2, 1, 0, 0, 0])
        #expect(try Metrics.meanAbsoluteError(Tensor([1.0, 3]), Tensor([2.0, 1])) == 1.5)
        #expect(try Metrics.meanSquaredError(Tensor([1.0, 3]), Tensor([2.0, 1])) == 2.5)
        #expect(try Metrics.rootMeanSquaredError(Tensor([1.0, 3]), Tensor([3.0, 1])) == 2)
        #expect(try Metrics.psnr(Tensor.zeros(1, 2, 2), Tensor.full([1, 2, 2], 0.1)) - 20 < 1e-6)
        #expect(try Metrics.ssim(Tensor.ones(1, 12, 12), Tensor.ones(1, 12, 12)) == 1)
        #expect(abs(try Metrics.perplexity(Tensor.zeros(5, 8), Tensor([0, 1, 2, 3, 4])) - 8) < 1e-6)
    }

    @Test("a mean weighs its values")
    func mean() throws {
        let mean = MeanMetric()
        #expect(try mean.compute().isNaN)
        try mean.update(Tensor([1.0, 2, 3]))
        try mean.update(6, weight: 2)
        #expect(try mean.compute() == 18.0 / 5)
        let other = MeanMetric()
        try other.update(Tensor([2.0, 8]), weights: Tensor([3.0, 1]))
        try mean.merge(other)
        #expect(try mean.compute() == 32.0 / 9)
        #expect(throws: MetricError.self) { try mean.update(Tensor([1.0]), weights: Tensor([1.0, 2])) }
        #expect(throws: MetricError.self) { try mean.update(1, weight: -1) }
        #expect(try mean.compute() == 32.0 / 9)
    }
}
