import Helios
import Torch

/// Reverses the columns of some images.
public struct RandomHorizontalFlip: Transform {
    /// The probability.
    public var p: Double

    /// Flips with this probability.
    public init(p: Double = 0.5) {
        self.p = p
    }

    public func validate() throws { try requireProbability(p, "RandomHorizontalFlip") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) { sample in
            let width = try sample.size.width
            return try sample.changed(
                image: ImageOperations.flipHorizontally, boxes: { try Boxes.flippedHorizontally($0, width: width) },
                masks: ImageOperations.flipHorizontally)
        }
    }
}

/// Reverses the rows of some images.
public struct RandomVerticalFlip: Transform {
    /// The probability.
    public var p: Double

    /// Flips with this probability.
    public init(p: Double = 0.5) {
        self.p = p
    }

    public func validate() throws { try requireProbability(p, "RandomVerticalFlip") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) { sample in
            let height = try sample.size.height
            return try sample.changed(
                image: ImageOperations.flipVertically, boxes: { try Boxes.flippedVertically($0, height: height) },
                masks: ImageOperations.flipVertically)
        }
    }
}
