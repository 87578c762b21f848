import Helios
import TestSupport
import Testing
import Torch

/// Detected boxes against pycocotools.
@Suite struct MeanAveragePrecisionTests {
    struct Picture: Decodable, Sendable {
        let boxes: [[Double]]
        let labels: [Int]
        let scores: [Double]
        let truthBoxes: [[Double]]
        let truthLabels: [Int]
        let crowds: [Int]

        var detections: Detections {
            get throws {
                Detections(
                    boxes: try Tensor(boxes.flatMap(\.self), shape: [boxes.count, 4]), scores: try Tensor(scores),
                    labels: try Tensor(labels))
            }
        }

        var truth: GroundTruth {
            get throws {
                GroundTruth(
                    boxes: try Tensor(truthBoxes.flatMap(\.self), shape: [truthBoxes.count, 4]),
                    labels: try Tensor(truthLabels), isCrowd: try Tensor(crowds))
            }
        }
    }

    struct Case: Decodable, Sendable {
        let pictures: [Picture]
        let stats: [Double?]
        let perLabel: [Double?]
    }

    @Test("scores are those of pycocotools")
    func recorded() throws {
        try expectSame(fixture("metrics-detection"))
    }

    @Test("scores are those of the pycocotools on this machine", .needsPyTorch)
    func live() async throws {
        try expectSame(await Python.fixture("metrics-detection", by: "metrics.py"))
    }

    private func expectSame(_ cases: [Case]) throws {
        for example in cases {
            let whole = MeanAveragePrecision()
            try whole.update(example.pictures.map { try $0.detections }, example.pictures.map { try $0.truth })
            let scores = try whole.compute()
            let actual =
                [scores.map, scores.map50, scores.map75, scores.mapSmall, scores.mapMedium, scores.mapLarge]
                + scores.recalls + [scores.recallSmall, scores.recallMedium, scores.recallLarge]
            #expect(actual.count == example.stats.count)
            for (actual, expected) in zip(actual, example.stats) { expect(actual, expected) }
            for (label, score) in zip(scores.labels, scores.mapPerLabel) { expect(score, example.perLabel[label - 1]) }

            let parts = MeanAveragePrecision()
            for picture in example.pictures {
                let part = MeanAveragePrecision()
                try part.update([picture.detections], [picture.truth])
                try parts.merge(part)
            }
            let restored = MeanAveragePrecision()
            try restored.loadStateDict(parts.stateDict())
            // NaN differs from itself.
            #expect("\(try restored.compute())" == "\(scores)")
        }
    }

    private func expect(_ actual: Double, _ expected: Double?) {
        if let expected {
            #expect(abs(actual - expected) < 1e-12)
        } else {
            #expect(actual.isNaN)
        }
    }

    @Test("a NaN makes all scores NaN, and shapes that do not fit are errors")
    func badInput() throws {
        let box = try Tensor([[0.0, 0, 10, 10]])
        let truth = GroundTruth(boxes: box, labels: try Tensor([1]))
        let metric = MeanAveragePrecision()
        try metric.update([Detections(boxes: box, scores: Tensor([Double.nan]), labels: Tensor([1]))], [truth])
        #expect(try metric.compute().map.isNaN)
        metric.reset()
        try metric.update([Detections(boxes: box, scores: Tensor([0.5]), labels: Tensor([1]))], [truth])
        #expect(try abs(metric.compute().map - 1) < 1e-12)
        expectError("boxes of detections must have the shape [N, 4] (left, top, right, bottom), not [1, 3]") {
            let boxes = try Tensor.zeros(1, 3)
            try metric.update([Detections(boxes: boxes, scores: Tensor([0.5]), labels: Tensor([1]))], [truth])
        }
        expectError("scores of detections must have the shape [1], one for each box, not [2]") {
            try metric.update([Detections(boxes: box, scores: Tensor([0.5, 1]), labels: Tensor([1]))], [truth])
        }
        expectError("labels of detections must be integers") {
            try metric.update([Detections(boxes: box, scores: Tensor([0.5]), labels: Tensor([1.0]))], [truth])
        }
        expectError("there are detections for 0 images and ground truths for 1") { try metric.update([], [truth]) }
    }

    private func expectError(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        let error = #expect(throws: MetricError.self, sourceLocation: sourceLocation) { try body() }
        #expect(
            error?.description.contains(text) == true, "\(error?.description ?? "")", sourceLocation: sourceLocation)
    }
}
