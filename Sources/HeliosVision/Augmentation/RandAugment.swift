import Helios
import Torch
import TorchNN

/// Augments images by several random operations, all with one magnitude.
///
/// Cubuk and others 2019, "RandAugment: Practical automated data augmentation with a reduced search space". For bytes
/// with 1 or 3 channels.
public struct RandAugment: Transform {
    /// How many operations follow one another.
    public var operations: Int
    /// The strength of all operations, from 0 up to, but not including, `magnitudeBins`.
    public var magnitude: Int
    /// How many strengths there are.
    public var magnitudeBins: Int
    /// `nearest` or `bilinear`, for the operations that move pixels.
    public var interpolation: InterpolationMode
    /// The color around the image: one number or one for each channel. Empty means black.
    public var fill: [Double]

    /// Augments by operations of a strength.
    public init(
        operations: Int = 2, magnitude: Int = 9, magnitudeBins: Int = 31, interpolation: InterpolationMode = .nearest,
        fill: [Double] = []
    ) {
        (self.operations, self.magnitude, self.magnitudeBins) = (operations, magnitude, magnitudeBins)
        (self.interpolation, self.fill) = (interpolation, fill)
    }

    public func validate() throws {
        let transform = "RandAugment"
        try AugmentCheck.requireOptions(interpolation, bins: magnitudeBins, transform)
        try ImageOperations.require(
            operations >= 0, transform, "the number of operations must not be negative, and is \(operations)")
        try ImageOperations.require(
            (0..<magnitudeBins).contains(magnitude), transform,
            "magnitude must be from 0 to \(magnitudeBins - 1), not \(magnitude)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        try AugmentCheck.requireImageOnly(sample, "RandAugment")
        let size = try sample.size
        return try sample.changed { image in
            try (0..<operations).reduce(image) { image, _ in
                let operation = AugmentSpace.rand.drawOperation(random: &random)
                let strength = AugmentSpace.rand.drawMagnitude(
                    of: operation, bin: magnitude, bins: magnitudeBins, size: size, random: &random)
                return try operation.apply(to: image, magnitude: strength, interpolation: interpolation, fill: fill)
            }
        }
    }
}

/// Augments images by one random operation with a random magnitude.
///
/// Müller and Hutter 2021, "TrivialAugment: Tuning-free yet state-of-the-art data augmentation"; this is its wide
/// space. For bytes with 1 or 3 channels.
public struct TrivialAugmentWide: Transform {
    /// How many magnitudes there are.
    public var magnitudeBins: Int
    /// `nearest` or `bilinear`, for the operations that move pixels.
    public var interpolation: InterpolationMode
    /// The color around the image: one number or one for each channel. Empty means black.
    public var fill: [Double]

    /// Augments by one operation.
    public init(magnitudeBins: Int = 31, interpolation: InterpolationMode = .nearest, fill: [Double] = []) {
        (self.magnitudeBins, self.interpolation, self.fill) = (magnitudeBins, interpolation, fill)
    }

    public func validate() throws {
        try AugmentCheck.requireOptions(interpolation, bins: magnitudeBins, "TrivialAugmentWide")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        try AugmentCheck.requireImageOnly(sample, "TrivialAugmentWide")
        let size = try sample.size
        let operation = AugmentSpace.trivial.drawOperation(random: &random)
        let magnitude = AugmentSpace.trivial.drawMagnitude(
            of: operation, bin: random.below(magnitudeBins), bins: magnitudeBins, size: size, random: &random)
        return try sample.changed {
            try operation.apply(to: $0, magnitude: magnitude, interpolation: interpolation, fill: fill)
        }
    }
}
