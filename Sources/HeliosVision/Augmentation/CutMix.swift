import Helios
import Torch

/// Replaces a random rectangle of each image of a batch by the same part of its neighbor. Targets are mixed in
/// proportion to the area.
///
/// Yun and others 2019, "CutMix: Regularization strategy to train strong classifiers with localizable features". The
/// neighbor is the image before, so the batch must be in random order. The targets become the probabilities of the
/// classes.
public struct CutMix: Sendable {
    /// Both parameters of the beta distribution that the share of an image is drawn from.
    public var alpha: Double
    /// The number of classes, to make probabilities of class numbers; `nil` if the targets are probabilities.
    public var classes: Int?

    /// Mixes with shares of a distribution.
    public init(alpha: Double = 1, classes: Int? = nil) {
        (self.alpha, self.classes) = (alpha, classes)
    }

    /// The mixed batch.
    ///
    /// - Parameters:
    ///   - batch: images `[N, C, H, W]`, and targets `[N]` of class numbers or `[N, classes]`.
    ///   - random: what the rectangle is drawn from; one rectangle for the whole batch.
    /// - Throws: `DataError` for a wrong option, and for a batch of another kind.
    public func apply(to batch: LabeledBatch, random: inout SampleRandom) throws -> LabeledBatch {
        try BatchMixing.validate(batch, alpha: alpha, "CutMix")
        try ImageOperations.require(
            batch.inputs.dimensionCount == 4, "CutMix", "images must be [N, C, H, W], not \(batch.inputs.shape)")
        let targets = try BatchMixing.probabilities(batch.targets, classes: classes, "CutMix")
        let size = try ImageOperations.size(of: batch.inputs, "CutMix")
        let region = try region(of: size, random: &random)
        return try mix(LabeledBatch(inputs: batch.inputs, targets: targets), region: region, size: size)
    }

    /// A rectangle around a random point, cut off at the edges of the image.
    func region(of size: ImageSize, random: inout SampleRandom) throws -> ImageRegion {
        let side = 0.5 * (1 - (try random.beta(alpha, alpha))).squareRoot()
        let (x, y) = (random.below(size.width), random.below(size.height))
        let (halfWidth, halfHeight) = (Int(side * Double(size.width)), Int(side * Double(size.height)))
        let (left, top) = (max(x - halfWidth, 0), max(y - halfHeight, 0))
        return ImageRegion(
            top: top, left: left, height: min(y + halfHeight, size.height) - top,
            width: min(x + halfWidth, size.width) - left)
    }

    /// The batch with a rectangle replaced, whose targets are probabilities.
    func mix(_ batch: LabeledBatch, region: ImageRegion, size: ImageSize) throws -> LabeledBatch {
        guard region.width > 0, region.height > 0 else { return batch }
        let inputs = try batch.inputs.clone()
        func part(_ images: Tensor) throws -> Tensor {
            try images.narrow(dim: -2, start: region.top, length: region.height)
                .narrow(dim: -1, start: region.left, length: region.width)
        }
        _ = try part(inputs).copy_(part(batch.inputs).roll(shift: 1, dim: 0))
        let share = 1 - Double(region.width * region.height) / Double(size.width * size.height)
        return LabeledBatch(inputs: inputs, targets: try BatchMixing.mix(batch.targets, share: share))
    }
}
