/// What a detector found in an image.
public struct Detections: Sendable {
    /// `[D, 4]`: left, top, right and bottom, in pixels.
    public let boxes: Tensor
    /// `[D]`: how sure it is of each.
    public let scores: Tensor
    /// `[D]`: what it is, as integers.
    public let labels: Tensor

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

    public init(boxes: Tensor, labels: Tensor, isCrowd: Tensor? = nil, areas: Tensor? = nil) {
        (self.boxes, self.labels, self.isCrowd, self.areas) = (boxes, labels, isCrowd, areas)
    }
}

/// What COCO's evaluation gives. A number that nothing was there for is NaN, and −1 in COCO.
public struct DetectionScores: Sendable, Hashable, Codable {
    /// The mean average precision over all thresholds, and at overlaps of 0.5 and 0.75; NaN if that is no threshold.
    public let map: Double
    public let map50: Double
    public let map75: Double
    /// Of objects with less than 32² pixels, with less than 96², and with more.
    public let mapSmall: Double
    public let mapMedium: Double
    public let mapLarge: Double
    /// The mean average recall for each limit of `maxDetections` on the detections in an image.
    public let recalls: [Double]
    /// With the most detections, by the size of the objects.
    public let recallSmall: Double
    public let recallMedium: Double
    public let recallLarge: Double
    /// The labels that occur, with the mean average precision of each.
    public let labels: [Int]
    public let mapPerLabel: [Double]
}
