import Helios
import Torch
import TorchNN

/// A transform that resizes, and can do so together with the transforms that follow it.
protocol ResizingTransform: Transform {
    /// What the kernel for bytes has to do with an image; `nil` if it cannot do it.
    func resizing(of size: ImageSize, random: inout SampleRandom) throws -> ByteResizing?
}

/// Resizes images.
public struct Resize: ResizingTransform {
    /// The size that images get.
    public var size: ResizeSize
    /// `nearest`, `nearestExact`, `bilinear` or `bicubic`. Masks are always resized by `nearest`.
    public var interpolation: InterpolationMode
    /// Whether each pixel of a smaller image is a mean of all that it covers.
    public var antialias: Bool

    /// Resizes to a size.
    public init(_ size: ResizeSize, interpolation: InterpolationMode = .bilinear, antialias: Bool = true) {
        (self.size, self.interpolation, self.antialias) = (size, interpolation, antialias)
    }

    /// Gives the shorter side this many pixels.
    ///
    /// - Parameter maxSize: the most pixels that the longer side may get.
    public init(
        _ shorterSide: Int, maxSize: Int? = nil, interpolation: InterpolationMode = .bilinear, antialias: Bool = true
    ) {
        self.init(
            .shorterSide(shorterSide, longerAtMost: maxSize), interpolation: interpolation, antialias: antialias)
    }

    public func validate() throws {
        try size.validate()
        try ImageOperations.validateResize(interpolation, "Resize")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        let old = try sample.size
        let new = try size.size(for: old)
        return try sample.changed(
            image: {
                try ImageOperations.resize($0, to: .exact(new), interpolation: interpolation, antialias: antialias)
            },
            boxes: { try Boxes.scaled($0, from: old, to: new) },
            masks: { try ImageOperations.resize($0, to: .exact(new), interpolation: .nearest) })
    }

    func resizing(of size: ImageSize, random: inout SampleRandom) throws -> ByteResizing? {
        try validate()
        guard interpolation.isSmooth else { return nil }
        return ByteResizing(
            region: ImageRegion(top: 0, left: 0, height: size.height, width: size.width),
            size: try self.size.size(for: size), isCubic: interpolation == .bicubic, antialias: antialias)
    }
}
