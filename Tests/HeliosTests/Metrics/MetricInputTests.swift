import Helios
import TestSupport
import Testing
import Torch

/// Metrics of nothing, of one class, of NaN, and of data that does not fit.
@Suite struct MetricInputTests {
    private static let three = ClassificationTask.multiclass(classes: 3)

    private static func metrics() -> [any TensorMetric<Double>] {
        [
            Accuracy(three), Precision(three), Recall(three), FBetaScore(three, average: .micro), AUROC(three),
            AveragePrecision(three), CalibrationError(three), CohenKappa(three), MatthewsCorrelation(three),
        ]
    }

    private static func numberMetrics() -> [any TensorMetric<Double>] {
        [MeanAbsoluteError(), MeanSquaredError(), RootMeanSquaredError(), R2Score()]
    }

    @Test("a metric that has seen nothing is NaN")
    func nothing() throws {
        for metric in Self.metrics() {
            #expect(try metric.compute().isNaN, "\(type(of: metric))")
            try metric.update(Tensor.zeros([0, 3]), Tensor.zeros([0], dtype: .int64))
            #expect(try metric.compute().isNaN, "\(type(of: metric))")
        }
        for metric in Self.numberMetrics() {
            try metric.update(Tensor.zeros([0]), Tensor.zeros([0]))
            #expect(try metric.compute().isNaN, "\(type(of: metric))")
        }
        for metric in [PSNR(), PSNR(perImage: true), SSIM()] as [any TensorMetric<Double>] {
            try metric.update(Tensor.zeros([0, 3, 16, 16]), Tensor.zeros([0, 3, 16, 16]))
            #expect(try metric.compute().isNaN, "\(type(of: metric))")
        }
        #expect(try ConfusionMatrix(Self.three).compute().sum().item(Int.self) == 0)
        #expect(try Perplexity().compute().isNaN)
        #expect(try BLEU().compute().isNaN)
        #expect(try MeanAveragePrecision().compute().map.isNaN)
    }

    @Test("one NaN makes a score NaN until the metric is reset")
    func notANumber() throws {
        let good = try Tensor([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]])
        let bad = try Tensor([[0.2, .nan, 0.5], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]])
        let labels = try Tensor([2, 0, 1])
        for metric in Self.metrics() {
            try metric.update(bad, labels)
            try metric.update(good, labels)
            #expect(try metric.compute().isNaN, "\(type(of: metric))")
            metric.reset()
            try metric.update(good, labels)
            #expect(try !metric.compute().isNaN, "\(type(of: metric))")
        }
        for metric in Self.numberMetrics() {
            try metric.update(Tensor([.nan, 1.0]), Tensor([1.0, 1.0]))
            try metric.update(Tensor([2.0, 1.0]), Tensor([1.0, 5.0]))
            #expect(try metric.compute().isNaN, "\(type(of: metric))")
        }
        let matrix = ConfusionMatrix(Self.three)
        try matrix.update(bad, labels)
        #expect(try matrix.compute().isnan().all().item(Bool.self))
    }

    /// As scikit-learn gives them.
    @Test("one class alone has the scores that the page lists")
    func singleClass() throws {
        let (ones, zeros) = (try Tensor([1, 1, 1]), try Tensor([0, 0, 0]))
        let scores = try Tensor([0.9, 0.8, 0.7])
        #expect(try Metrics.accuracy(ones, ones, .binary()) == 1)
        #expect(try Metrics.precision(zeros, ones, .binary()) == 0)
        #expect(try Metrics.recall(ones, zeros, .binary()) == 0)
        #expect(try Metrics.fBetaScore(zeros, zeros, .binary()) == 0)
        #expect(try Metrics.fBetaScore(zeros, zeros, .multiclass(classes: 2)) == 1)
        #expect(try Metrics.fBetaScore(zeros, zeros, .multiclass(classes: 2), countsAbsentClasses: true) == 0.5)
        #expect(try Metrics.cohenKappa(ones, ones, .binary()).isNaN)
        #expect(try Metrics.matthewsCorrelation(ones, ones, .binary()) == 0)
        #expect(try Metrics.matthewsCorrelation(ones, Tensor([0, 1, 1]), .binary()) == 0)
        #expect(try Metrics.auroc(scores, ones, .binary()).isNaN)
        #expect(try Metrics.auroc(scores, zeros, .binary()).isNaN)
        #expect(try Metrics.averagePrecision(scores, ones, .binary()) == 1)
        #expect(try Metrics.averagePrecision(scores, zeros, .binary()) == 0)
        #expect(try Metrics.averagePrecision(scores, zeros, .binary(), countsAbsentClasses: false).isNaN)
        #expect(try Metrics.r2Score(Tensor([1.0, 1]), Tensor([1.0, 1])) == 1)
        #expect(try Metrics.r2Score(Tensor([1.0, 2]), Tensor([1.0, 1])) == 0)
        #expect(try Metrics.r2Score(Tensor([1.0]), Tensor([1.0])).isNaN)
        #expect(try Metrics.psnr(Tensor.ones(1, 2, 2), Tensor.ones(1, 2, 2)) == .infinity)
        #expect(try Metrics.bleu(["a b"], [["c d"]]) == 0)
    }

    @Test("what does not fit is an error that says so, and leaves the metric as it was")
    func errors() throws {
        let accuracy = Accuracy(Self.three)
        try accuracy.update(Tensor([0, 1]), Tensor([0, 2]))
        expect("predictions [2, 4] and targets [2] do not fit: for 3 classes") {
            try accuracy.update(Tensor.zeros(2, 4), Tensor([0, 1]))
        }
        expect("predictions [2] and targets [3] must have the same shape") {
            try accuracy.update(Tensor([0, 1]), Tensor([0, 1, 2]))
        }
        expect("targets must be labels from 0 to 2, and go from 0 to 3") {
            try accuracy.update(Tensor([0, 1]), Tensor([0, 3]))
        }
        expect("predictions must be labels from 0 to 2, and go from -1 to 1") {
            try accuracy.update(Tensor([-1, 1]), Tensor([0, 1]))
        }
        expect("targets [2] must be labels of an integer type, not float") {
            try accuracy.update(Tensor([0, 1]), Tensor([0.0, 1]))
        }
        #expect(try accuracy.compute() == 0.5)
        expect("topK is 4, and must be from 1 to the number of classes, 3") {
            try Accuracy(Self.three, topK: 4).update(Tensor.zeros(1, 3), Tensor([0]))
        }
        expect("exactMatch is for .multilabel only") {
            try Accuracy(Self.three, exactMatch: true).update(Tensor.zeros(1, 3), Tensor([0]))
        }
        expect("1 classes are given") { try Precision(.multiclass(classes: 1)).update(Tensor([0]), Tensor([0])) }
        expect("predictions [4] must have the shape [N, 4, …]") {
            try Precision(.multilabel(labels: 4)).update(Tensor.zeros(4), Tensor([0, 0, 0, 1]))
        }
        expect("must be scores of a floating-point type") { try AUROC(.binary()).update(Tensor([1]), Tensor([1])) }
        expect("apply a sigmoid or a softmax") { try CalibrationError(.binary()).update(Tensor([1.5]), Tensor([1])) }
        expect("use .binary for each label") {
            try CohenKappa(.multilabel(labels: 2)).update(Tensor([[0, 1]]), Tensor([[0, 1]]))
        }
        expect("predictions [2] and targets [2, 1] must have the same shape") {
            try MeanSquaredError().update(Tensor.zeros(2), Tensor.zeros(2, 1))
        }
        expect("must have the shape [N] or [N, outputs], not [1, 1, 1]") {
            try R2Score().update(Tensor.zeros(1, 1, 1), Tensor.zeros(1, 1, 1))
        }
        expect("images must have the shape [N, C, H, W] or [C, H, W], not [4, 4]") {
            try PSNR().update(Tensor.zeros(4, 4), Tensor.zeros(4, 4))
        }
        expect("cropBorder is 2") {
            try PSNR(input: ImageInput(cropBorder: 2)).update(Tensor.zeros(1, 4, 4), Tensor.zeros(1, 4, 4))
        }
        expect("the brightness needs 3 channels or 1, and there are 2") {
            try PSNR(input: ImageInput(luma: .rgb)).update(Tensor.zeros(2, 4, 4), Tensor.zeros(2, 4, 4))
        }
        expect("images of 8 x 12 are smaller than the window of 11 pixels") {
            try SSIM().update(Tensor.zeros(1, 8, 12), Tensor.zeros(1, 8, 12))
        }
        expect("dataRange is 0") { try PSNR(dataRange: 0).update(Tensor.zeros(1, 8, 12), Tensor.zeros(1, 8, 12)) }
        expect("must be logits […, V], and targets [3] tokens […]") {
            try Perplexity().update(Tensor.zeros(2, 5), Tensor([0, 1, 2]))
        }
        expect("each translation needs at least one reference") { try BLEU().update(["a"], [[]]) }
    }

    @Test("states of metrics with other options are refused, and change nothing")
    func otherOptions() throws {
        let (three, four) = (Precision(Self.three), Precision(.multiclass(classes: 4)))
        try three.update(Tensor([0, 1]), Tensor([0, 0]))
        try four.update(Tensor([0, 3]), Tensor([0, 0]))
        expect("'counts' has the shape [3, 4] and must have [3, 3]") { try three.merge(four) }
        expect("'counts' has the shape [3, 4] and must have [3, 3]") { try three.loadStateDict(four.stateDict()) }
        #expect(try three.compute() == 0.5)
        #expect(throws: StateDictError.self) { try three.loadStateDict(["weight": 1]) }
    }

    private func expect(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        let error = #expect(throws: MetricError.self, sourceLocation: sourceLocation) { try body() }
        let description = error?.description ?? ""
        #expect(description.contains(text), "\(description)", sourceLocation: sourceLocation)
    }
}
