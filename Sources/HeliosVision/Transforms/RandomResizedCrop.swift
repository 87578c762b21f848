import Foundation
import Helios
import Torch
import TorchNN

/// Cuts out a region of random size, proportions and place, and resizes it.
///
/// Szegedy and others 2015, "Going deeper with convolutions".
public struct RandomResizedCrop: CroppingTransform, ResizingTransform {
    /// The size of the result.
    public var size: ImageSize
    /// The part of the image's area that the region has.
    public var scale: ClosedRange<Double>
    /// The region's width divided by its height.
    public var ratio: ClosedRange<Double>
    /// `nearest`, `nearestExact`, `bilinear` or `bicubic`. Masks are always resized by `nearest`.
    public var interpolation: InterpolationMode
    /// Whether each pixel of a smaller image is a mean of all that it covers.
    public var antialias: Bool

    /// Cuts out regions and resizes them to one size.
    public init(
        _ size: ImageSize, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3,
        interpolation: InterpolationMode = .bilinear, antialias: Bool = true
    ) {
        (self.size, self.scale, self.ratio) = (size, scale, ratio)
        (self.interpolation, self.antialias) = (interpolation, antialias)
    }

    /// Cuts out regions and resizes them to a square.
    public init(
        _ side: Int, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3,
        interpolation: InterpolationMode = .bilinear, antialias: Bool = true
    ) {
        self.init(
            ImageSize(height: side, width: side), scale: scale, ratio: ratio, interpolation: interpolation,
            antialias: antialias)
    }

    public var outputSize: ImageSize? { size }

    public func validate() throws {
        let transform = "RandomResizedCrop"
        try ResizeSize.exact(size).validate()
        try ImageOperations.validateResize(interpolation, transform)
        try ImageOperations.require(
            scale.lowerBound > 0 && scale.upperBound <= 1, transform, "scale must be in 0 to 1, not \(scale)")
        try ImageOperations.require(
            ratio.lowerBound > 0 && ratio.upperBound.isFinite, transform,
            "ratio must be greater than 0, not \(ratio)")
    }

    public func region(of size: ImageSize, random: inout SampleRandom) throws -> ImageRegion {
        try validate()
        let (height, width) = (Double(size.height), Double(size.width))
        for _ in 0..<10 {
            let area = height * width * random.uniform(in: scale)
            let proportion = exp(random.uniform(log(ratio.lowerBound), log(ratio.upperBound)))
            let newWidth = (area * proportion).squareRoot().rounded(.toNearestOrEven)
            let newHeight = (area / proportion).squareRoot().rounded(.toNearestOrEven)
            guard newWidth > 0, newWidth <= width, newHeight > 0, newHeight <= height else { continue }
            let (rows, columns) = (Int(newHeight), Int(newWidth))
            let top = random.below(size.height - rows + 1)
            return ImageRegion(
                top: top, left: random.below(size.width - columns + 1), height: rows, width: columns)
        }
        return try middle(of: size)
    }

    /// The largest region with allowed proportions, in the middle.
    private func middle(of size: ImageSize) throws -> ImageRegion {
        guard size.height > 0, size.width > 0 else {
            throw DataError("RandomResizedCrop: an image of \(size.height)x\(size.width) has no pixels")
        }
        let (height, width) = (Double(size.height), Double(size.width))
        var (rows, columns) = (size.height, size.width)
        if width / height < ratio.lowerBound {
            rows = max(Int((width / ratio.lowerBound).rounded(.toNearestOrEven)), 1)
        } else if width / height > ratio.upperBound {
            columns = max(Int((height * ratio.upperBound).rounded(.toNearestOrEven)), 1)
        }
        return ImageRegion(
            top: (size.height - rows) / 2, left: (size.width - columns) / 2, height: rows, width: columns)
    }

    public func finish(_ cropped: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try resize.apply(to: cropped, random: &random)
    }

    private var resize: Resize { Resize(.exact(size), interpolation: interpolation, antialias: antialias) }

    func resizing(of size: ImageSize, random: inout SampleRandom) throws -> ByteResizing? {
        try validate()
        guard interpolation.isSmooth else { return nil }
        return ByteResizing(
            region: try region(of: size, random: &random), size: self.size, isCubic: interpolation == .bicubic,
            antialias: antialias)
    }
}
