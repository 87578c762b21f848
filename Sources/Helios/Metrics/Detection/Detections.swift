/// What a detector found in an image.
public struct Detections: Sendable {
    /// `[D, 4]`: left, top, right and bottom, in pixels.
    public let boxes: Tensor
    /// `[D]`: how sure it is of each.
    public let scores: Tensor
    /// `[D]`: what it is, as integers.
    public let labels: Tensor

    /// The detections in one image, in any order.
    ///
    /// - Parameters:
    ///   - boxes: `[D, 4]`: left, top, right and bottom, in pixels.
    ///   - scores: `[D]`: how sure the detector is of each.
    ///   - labels: `[D]`: the class of each, as integers.
    public init(boxes: Tensor, scores: Tensor, labels: Tensor) {
        (self.boxes, self.scores, self.labels) = (boxes, scores, labels)
    }
}

/// What there is in an image.
public struct GroundTruth: Sendable {
    /// `[G, 4]`: left, top, right and bottom, in pixels.
    public let boxes: Tensor
    /// `[G]`: what it is, as integers.
    public let labels: Tensor
    /// `[G]`, of 0 and 1: whether it is a crowd, which any number of detections may match and none has to find;
    /// `nil` for none.
    public let isCrowd: Tensor?
    /// `[G]`: the area that says whether it is small, medium or large; `nil` for the area of the boxes.
    public let areas: Tensor?

    /// The objects in one image, in any order.
    ///
    /// - Parameters:
    ///   - boxes: `[G, 4]`: left, top, right and bottom, in pixels.
    ///   - labels: `[G]`: the class of each, as integers.
    ///   - isCrowd: `[G]`, of 0 and 1: which objects are crowds; `nil` for none.
    ///   - areas: `[G]`: the areas that say whether an object is small, medium or large, in pixels; `nil` for those of
    ///     the boxes.
    public init(boxes: Tensor, labels: Tensor, isCrowd: Tensor? = nil, areas: Tensor? = nil) {
        (self.boxes, self.labels, self.isCrowd, self.areas) = (boxes, labels, isCrowd, areas)
    }
}

/// What COCO's evaluation gives. A number that nothing was there for is NaN, and −1 in COCO.
public struct DetectionScores: Sendable, Hashable, Codable {
    /// The mean average precision over all overlap thresholds.
    public let map: Double
    /// The mean average precision at an overlap of 0.5; NaN if that is not one of the thresholds.
    public let map50: Double
    /// The mean average precision at an overlap of 0.75; NaN if that is not one of the thresholds.
    public let map75: Double
    /// The mean average precision of objects with less than 32² pixels.
    public let mapSmall: Double
    /// The mean average precision of objects with 32² to 96² pixels.
    public let mapMedium: Double
    /// The mean average precision of objects with more than 96² pixels.
    public let mapLarge: Double
    /// The mean average recall for each limit of `maxDetections` on the detections in an image.
    public let recalls: [Double]
    /// The mean average recall of small objects, at the greatest limit of detections.
    public let recallSmall: Double
    /// The mean average recall of medium objects, at the greatest limit of detections.
    public let recallMedium: Double
    /// The mean average recall of large objects, at the greatest limit of detections.
    public let recallLarge: Double
    /// The labels that occur.
    public let labels: [Int]
    /// The mean average precision of each of `labels`.
    public let mapPerLabel: [Double]
}
