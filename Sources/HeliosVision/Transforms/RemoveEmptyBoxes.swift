import Helios
import Torch

/// Removes boxes that have become too small, with their masks and labels. It belongs at the end of a composition.
public struct RemoveEmptyBoxes: Transform {
    /// The least width and height of a box that stays, in pixels.
    public var minSize: Double
    /// The least area of a box that stays, in pixels.
    public var minArea: Double

    /// Removes boxes that are smaller than this.
    public init(minSize: Double = 1, minArea: Double = 1) {
        (self.minSize, self.minArea) = (minSize, minArea)
    }

    public func validate() throws {
        try ImageOperations.require(
            minSize >= 0 && minArea >= 0, "RemoveEmptyBoxes",
            "minSize and minArea must not be negative, and are \(minSize) and \(minArea)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        try sample.validate()
        guard let boxes = sample.boxes else { return sample }
        for (name, part) in [("masks", sample.masks), ("labels", sample.labels)] {
            guard let part, part.shape.first != boxes.shape[0] else { continue }
            throw DataError(
                "RemoveEmptyBoxes: there are \(boxes.shape[0]) boxes, so \(name) of shape \(part.shape) cannot belong "
                    + "to them one by one")
        }
        let clipped = try Boxes.clipped(boxes, to: sample.size)
        let numbers = try clipped.to(.float64)
        let width = try numbers.select(dim: 1, index: 2).sub(numbers.select(dim: 1, index: 0))
        let height = try numbers.select(dim: 1, index: 3).sub(numbers.select(dim: 1, index: 1))
        let isLarge = try width.ge(minSize).logicalAnd(height.ge(minSize)).logicalAnd(width.mul(height).ge(minArea))
        let kept = try isLarge.nonzero().flatten()
        var result = sample
        result.boxes = try clipped.indexSelect(dim: 0, index: kept)
        result.masks = try sample.masks.map { try $0.indexSelect(dim: 0, index: kept.to($0.device)) }
        result.labels = try sample.labels.map { try $0.indexSelect(dim: 0, index: kept.to($0.device)) }
        return result
    }
}
