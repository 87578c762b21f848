/// The detections of a detector in an image.
public struct Detections: Sendable {
    /// `[D, 4]`: left, top, right, and bottom, in pixels.
    public let boxes: Tensor
    /// `[D]`: the confidence of each detection.
    public let scores: Tensor
    /// `[D]`: the class of each detection, as integers.
    public let labels: Tensor

    /// Creates the detections in one image, in any order.
    ///
    /// - Parameters:
    ///   - boxes: `[D, 4]`: left, top, right, and bottom, in pixels.
    ///   - scores: `[D]`: the confidence of each detection.
    ///   - labels: `[D]`: the class of each detection, as integers.
    public init(boxes: Tensor, scores: Tensor, labels: Tensor) {
        (self.boxes, self.scores, self.labels) = (boxes, scores, labels)
    }
}

/// The objects in an image.
public struct GroundTruth: Sendable {
    /// `[G, 4]`: left, top, right, and bottom, in pixels.
    public let boxes: Tensor
    /// `[G]`: the class of each object, as integers.
    public let labels: Tensor
    /// `[G]`, with values 0 and 1: whether the object is a crowd, which any number of detections may match and none has
    /// to find; `nil` if there are no crowds.
    public let isCrowd: Tensor?
    /// `[G]`: the area that determines whether the object is small, medium, or large; `nil` uses the area of the box.
    public let areas: Tensor?

    /// Creates the objects in one image, in any order.
    ///
    /// - Parameters:
    ///   - boxes: `[G, 4]`: left, top, right, and bottom, in pixels.
    ///   - labels: `[G]`: the class of each object, as integers.
    ///   - isCrowd: `[G]`, with values 0 and 1: which objects are crowds; `nil` if there are none.
    ///   - areas: `[G]`: the areas in pixels that determine whether an object is small, medium, or large; `nil` uses
    ///     the areas of the boxes.
    public init(boxes: Tensor, labels: Tensor, isCrowd: Tensor? = nil, areas: Tensor? = nil) {
        (self.boxes, self.labels, self.isCrowd, self.areas) = (boxes, labels, isCrowd, areas)
    }
}

/// The results of COCO's evaluation. A value without any data is NaN; in COCO, it is −1.
public struct DetectionScores: Sendable, Hashable, Codable {
    /// The mean average precision over all overlap thresholds.
    public let map: Double
    /// The mean average precision at an overlap of 0.5; NaN if 0.5 is not one of the thresholds.
    public let map50: Double
    /// The mean average precision at an overlap of 0.75; NaN if 0.75 is not one of the thresholds.
    public let map75: Double
    /// The mean average precision of objects with fewer than 32² pixels.
    public let mapSmall: Double
    /// The mean average precision of objects with 32² to 96² pixels.
    public let mapMedium: Double
    /// The mean average precision of objects with more than 96² pixels.
    public let mapLarge: Double
    /// The mean average recall for each limit in `maxDetections` on the detections in an image.
    public let recalls: [Double]
    /// The mean average recall of small objects, at the largest limit of detections.
    public let recallSmall: Double
    /// The mean average recall of medium objects, at the largest limit of detections.
    public let recallMedium: Double
    /// The mean average recall of large objects, at the largest limit of detections.
    public let recallLarge: Double
    /// The labels that occur.
    public let labels: [Int]
    /// The mean average precision of each of `labels`.
    public let mapPerLabel: [Double]
}
