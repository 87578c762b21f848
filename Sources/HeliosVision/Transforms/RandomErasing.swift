import Foundation
import Helios
import Torch

/// Writes over a random rectangle of some images. Boxes and masks stay as they are.
///
/// Zhong and others 2017, "Random erasing data augmentation".
public struct RandomErasing: Transform {
    /// What is written.
    public enum Value: Equatable, Sendable {
        /// One number for all channels, or one for each.
        case color([Double])
        /// Numbers of the normal distribution with mean 0 and standard deviation 1: for normalized images.
        case noise
    }

    /// The probability.
    public var p: Double
    /// The part of the image's area that the rectangle has.
    public var scale: ClosedRange<Double>
    /// The rectangle's height divided by its width.
    public var ratio: ClosedRange<Double>
    /// What is written.
    public var value: Value

    /// Writes over rectangles with a probability.
    public init(
        p: Double = 0.5, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3,
        value: Value = .color([0])
    ) {
        (self.p, self.scale, self.ratio, self.value) = (p, scale, ratio, value)
    }

    public func validate() throws {
        let transform = "RandomErasing"
        try requireProbability(p, transform)
        try ImageOperations.require(
            scale.lowerBound >= 0 && scale.upperBound <= 1, transform, "scale must be in 0 to 1, not \(scale)")
        try ImageOperations.require(
            ratio.lowerBound > 0 && ratio.upperBound.isFinite, transform,
            "ratio must be greater than 0, not \(ratio)")
        if case .color(let color) = value {
            try ImageOperations.require(!color.isEmpty, transform, "a color must have at least one number")
        }
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        guard random.happens(p) else { return sample }
        let image = sample.image
        if value == .noise, !image.dtype.isFloatingPoint {
            throw DataError("RandomErasing: noise needs an image of floating-point numbers, not \(image.dtype)")
        }
        let size = try sample.size
        guard let region = region(of: size, random: &random) else { return sample }
        let content: Tensor
        switch value {
        case .color(let color):
            content = try ImageOperations.perChannel(color, of: image, dtype: image.dtype, "RandomErasing", "value")
        case .noise:
            content = try Tensor.randn(
                [image.size(-3), region.height, region.width], generator: random.generator(), dtype: .float32
            ).to(image.device, image.dtype)
        }
        return try sample.changed { try ImageOperations.erase($0, region: region, value: content) }
    }

    /// A rectangle that is smaller than the image; `nil` if none was found.
    private func region(of size: ImageSize, random: inout SampleRandom) -> ImageRegion? {
        for _ in 0..<10 {
            let area = Double(size.height * size.width) * random.uniform(in: scale)
            let proportion = exp(random.uniform(log(ratio.lowerBound), log(ratio.upperBound)))
            let height = (area * proportion).squareRoot().rounded(.toNearestOrEven)
            let width = (area / proportion).squareRoot().rounded(.toNearestOrEven)
            guard height < Double(size.height), width < Double(size.width), height > 0, width > 0 else { continue }
            let (rows, columns) = (Int(height), Int(width))
            let top = random.below(size.height - rows + 1)
            return ImageRegion(
                top: top, left: random.below(size.width - columns + 1), height: rows, width: columns)
        }
        return nil
    }
}
