import Helios
import Torch

/// Cuts out the middle. What is outside of a smaller image is black.
public struct CenterCrop: CroppingTransform {
    /// The size of the result.
    public var size: ImageSize

    /// Cuts out a rectangle.
    public init(_ size: ImageSize) {
        self.size = size
    }

    /// Cuts out a square.
    public init(_ side: Int) {
        self.init(ImageSize(height: side, width: side))
    }

    /// Not the size of the crop: cropping a reduced image would give another result.
    public var outputSize: ImageSize? { nil }

    public func validate() throws {
        try ResizeSize.exact(size).validate()
    }

    public func region(of image: ImageSize, random: inout SampleRandom) throws -> ImageRegion {
        try validate()
        let middle = try ImageOperations.centerRegion(of: image, size: size)
        return ImageRegion(
            top: max(middle.top, 0), left: max(middle.left, 0), height: min(size.height, image.height),
            width: min(size.width, image.width))
    }

    public func finish(_ cropped: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        return try cropped.cropped(to: ImageOperations.centerRegion(of: cropped.size, size: size))
    }
}

/// Cuts out a region at a random place.
public struct RandomCrop: Transform {
    /// The size of the result.
    public var size: ImageSize
    /// What is put around the image first.
    public var padding: Margins
    /// Whether a smaller image gets as much around it as it needs, on both sides.
    public var padsIfNeeded: Bool
    /// The color around the image, if the mode is `constant`: one number or one for each channel; empty means black.
    public var fill: [Double]
    /// What the pixels around the image are.
    public var paddingMode: ImagePadding

    /// Cuts out rectangles.
    public init(
        _ size: ImageSize, padding: Margins = Margins(0), padsIfNeeded: Bool = false, fill: [Double] = [],
        paddingMode: ImagePadding = .constant
    ) {
        (self.size, self.padding, self.padsIfNeeded) = (size, padding, padsIfNeeded)
        (self.fill, self.paddingMode) = (fill, paddingMode)
    }

    /// Cuts out squares.
    ///
    /// - Parameter padding: what is put around the image first, on each side.
    public init(
        _ side: Int, padding: Int = 0, padsIfNeeded: Bool = false, fill: [Double] = [],
        paddingMode: ImagePadding = .constant
    ) {
        self.init(
            ImageSize(height: side, width: side), padding: Margins(padding), padsIfNeeded: padsIfNeeded, fill: fill,
            paddingMode: paddingMode)
    }

    public func validate() throws {
        try ResizeSize.exact(size).validate()
        try padding.validate("RandomCrop")
    }

    public var leadingCrop: (any CroppingTransform)? {
        padding == Margins(0) && !padsIfNeeded ? UnpaddedRandomCrop(crop: self) : nil
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        let size = try sample.size
        var margins = padding
        if padsIfNeeded {
            let rows = max(self.size.height - size.height - padding.top - padding.bottom, 0)
            let columns = max(self.size.width - size.width - padding.left - padding.right, 0)
            (margins.top, margins.bottom) = (margins.top + rows, margins.bottom + rows)
            (margins.left, margins.right) = (margins.left + columns, margins.right + columns)
        }
        let padded =
            margins == Margins(0)
            ? sample : try Pad(margins, fill: fill, mode: paddingMode).apply(to: sample, random: &random)
        return try padded.cropped(to: region(of: padded.size, random: &random))
    }

    fileprivate func region(of image: ImageSize, random: inout SampleRandom) throws -> ImageRegion {
        guard size.height <= image.height, size.width <= image.width else {
            throw DataError(
                "RandomCrop: an image of \(image.height)x\(image.width) is smaller than the crop of "
                    + "\(size.height)x\(size.width); set padsIfNeeded, or resize first")
        }
        let top = random.below(image.height - size.height + 1)
        return ImageRegion(
            top: top, left: random.below(image.width - size.width + 1), height: size.height, width: size.width)
    }
}

/// A random crop that begins with nothing but the region.
private struct UnpaddedRandomCrop: CroppingTransform {
    let crop: RandomCrop

    var outputSize: ImageSize? { nil }

    func validate() throws { try crop.validate() }

    func region(of size: ImageSize, random: inout SampleRandom) throws -> ImageRegion {
        try validate()
        return try crop.region(of: size, random: &random)
    }

    func finish(_ cropped: ImageSample, random: inout SampleRandom) -> ImageSample { cropped }
}

/// Cuts out the four corners and the middle: the image becomes `[5, C, H, W]`.
public struct FiveCrop: Transform {
    /// The size of each crop.
    public var size: ImageSize

    /// Cuts out rectangles.
    public init(_ size: ImageSize) {
        self.size = size
    }

    /// Cuts out squares.
    public init(_ side: Int) {
        self.init(ImageSize(height: side, width: side))
    }

    public func validate() throws {
        try ResizeSize.exact(size).validate()
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        try sample.requireImageOnly("FiveCrop")
        return try sample.changed { try Tensor.stack(ImageOperations.fiveCrop($0, size: size)) }
    }
}

/// Cuts out the four corners and the middle of the image and of its mirror image: the image becomes `[10, C, H, W]`.
public struct TenCrop: Transform {
    /// The size of each crop.
    public var size: ImageSize
    /// Whether the mirror image has its rows reversed, not its columns.
    public var flipsVertically: Bool

    /// Cuts out rectangles.
    public init(_ size: ImageSize, flipsVertically: Bool = false) {
        (self.size, self.flipsVertically) = (size, flipsVertically)
    }

    /// Cuts out squares.
    public init(_ side: Int, flipsVertically: Bool = false) {
        self.init(ImageSize(height: side, width: side), flipsVertically: flipsVertically)
    }

    public func validate() throws {
        try ResizeSize.exact(size).validate()
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        try sample.requireImageOnly("TenCrop")
        return try sample.changed {
            try Tensor.stack(ImageOperations.tenCrop($0, size: size, flipsVertically: flipsVertically))
        }
    }
}
