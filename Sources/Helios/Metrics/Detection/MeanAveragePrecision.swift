/// The mean average precision of detected boxes, as COCO evaluates it: pycocotools' `COCOeval`, torchmetrics'
/// `MeanAveragePrecision`.
///
/// Precision is interpolated at 101 recalls, and averaged over ten overlaps from 0.5 to 0.95, over labels, and over
/// objects of all sizes. For the mean average precision of multilabel classification, see `AveragePrecision`.
public final class MeanAveragePrecision: Metric {
    public var state = MetricState()
    private let overlaps: [Double]
    private let maxDetections: [Int]

    /// Creates a metric that has not seen any images. By default, it evaluates as COCO does.
    ///
    /// - Parameters:
    ///   - overlaps: the thresholds for the intersection over union at which a detection is correct.
    ///   - maxDetections: the maximum numbers of detections of a label in an image, for recall; the largest is used for
    ///     precision.
    public init(overlaps: [Double] = standardOverlaps, maxDetections: [Int] = [1, 10, 100]) {
        (self.overlaps, self.maxDetections) = (overlaps, maxDetections.sorted())
    }

    /// 0.5, 0.55, … 0.95, as numpy's linspace rounds them in pycocotools.
    public static let standardOverlaps: [Double] = {
        let step: Double = (0.95 - 0.5) / 9
        return (0..<10).map { $0 == 9 ? 0.95 : Double($0) * step + 0.5 }
    }()

    /// Adds images.
    ///
    /// - Throws: `MetricError` if the numbers of images differ, or if a tensor has the wrong shape.
    public func update(_ detections: [Detections], _ truths: [GroundTruth]) throws {
        guard detections.count == truths.count else {
            throw MetricError(
                "MeanAveragePrecision: there are detections for \(detections.count) images and ground truths for "
                    + "\(truths.count); give one of each for every image")
        }
        guard let most = maxDetections.first, most >= 1, !overlaps.isEmpty else {
            throw MetricError("MeanAveragePrecision: there must be overlaps, and maxDetections of at least 1")
        }
        var next = state
        for (found, truth) in zip(detections, truths) {
            let count = try Self.checkBoxes(
                found.boxes, "detections", ["scores": found.scores, "labels": found.labels])
            var parts = ["labels": truth.labels]
            parts["isCrowd"] = truth.isCrowd
            parts["areas"] = truth.areas
            let truthCount = try Self.checkBoxes(truth.boxes, "ground truths", parts)
            let boxes = try Self.numbers(truth.boxes, [truthCount, 4])
            let sides = try boxes.narrow(dim: 1, start: 2, length: 2) - boxes.narrow(dim: 1, start: 0, length: 2)
            let areas = try truth.areas.map { try Self.numbers($0, [truthCount]) } ?? sides.prod(dim: 1)
            try next.append("boxes", Self.numbers(found.boxes, [count, 4]))
            try next.append("scores", Self.numbers(found.scores, [count]))
            try next.append("labels", found.labels.to(.cpu).to(.int64).reshape([count]))
            try next.append("truth_boxes", boxes)
            try next.append("truth_areas", areas)
            try next.append("truth_labels", truth.labels.to(.cpu).to(.int64).reshape([truthCount]))
            try next.append(
                "truth_crowds",
                truth.isCrowd.map { try $0.to(.cpu).to(.int64).reshape([truthCount]) }
                    ?? Tensor.zeros([truthCount], dtype: .int64))
            try next.append("counts", Tensor([count, truthCount], shape: [1, 2]))
        }
        state = next
    }

    /// Returns the scores. All of them are NaN if a score or a box is.
    public func compute() throws -> DetectionScores {
        let images = try DetectionImages(state)
        var evaluation = DetectionEvaluation(overlaps: overlaps, maxDetections: maxDetections)
        if !images.hasNaN { evaluation.evaluate(images) }
        return evaluation.scores
    }

    private static func numbers(_ values: Tensor, _ shape: [Int]) throws -> Tensor {
        try values.detach().to(.cpu).to(.float64).reshape(shape)
    }

    /// The number of boxes, which the other tensors have too.
    private static func checkBoxes(_ boxes: Tensor, _ what: String, _ parts: [String: Tensor]) throws -> Int {
        let count = boxes.count / 4
        guard boxes.shape == [count, 4] || boxes.shape == [0] else {
            throw MetricError(
                "MeanAveragePrecision: boxes of \(what) must have the shape [N, 4] (left, top, right, bottom), not "
                    + "\(boxes.shape)")
        }
        for (name, part) in parts.sorted(by: { $0.key < $1.key }) where part.shape != [count] {
            throw MetricError(
                "MeanAveragePrecision: \(name) of \(what) must have the shape [\(count)], one for each box, not \(part.shape)"
            )
        }
        if let labels = parts["labels"], labels.dtype.isFloatingPoint, count > 0 {
            throw MetricError("MeanAveragePrecision: labels of \(what) must be integers, not \(labels.dtype)")
        }
        return count
    }
}
