import Helios
import Torch

/// Converts images to another type, by default to numbers from 0 to 1.
public struct ToImageTensor: Transform {
    /// The type of the result.
    public var dtype: DType
    /// Whether full brightness stays full brightness: 255 in bytes, 1 in floating-point numbers.
    public var scale: Bool

    /// Converts to a type.
    public init(dtype: DType = .float32, scale: Bool = true) {
        (self.dtype, self.scale) = (dtype, scale)
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sample.changed { try ImageOperations.convert($0, to: dtype, scale: scale) }
    }

    /// An image `[C, H, W]` of pixels in the layout of other programs, `[H, W]` or `[H, W, C]`.
    public func callAsFunction(channelsLast pixels: Tensor) throws -> Tensor {
        try ImageOperations.toImageTensor(channelsLast: pixels, dtype: dtype, scale: scale)
    }

    /// Several images of pixels in the layout of other programs.
    public func callAsFunction(channelsLast pixels: [Tensor]) throws -> [Tensor] {
        try pixels.map { try self(channelsLast: $0) }
    }
}

/// Subtracts each channel's mean and divides by its standard deviation.
public struct Normalize: Transform {
    /// The means of the channels, or one for all.
    public var mean: [Double]
    /// The standard deviations of the channels, or one for all.
    public var std: [Double]

    /// Normalizes with these numbers.
    public init(mean: [Double], std: [Double]) {
        (self.mean, self.std) = (mean, std)
    }

    /// Normalizes as networks that were trained on ImageNet expect it.
    public static let imageNet = Normalize(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

    public func validate() throws {
        let transform = "Normalize"
        try ImageOperations.require(!mean.isEmpty && !std.isEmpty, transform, "mean and std must not be empty")
        try ImageOperations.require(
            (mean + std).allSatisfy(\.isFinite) && !std.contains(0), transform,
            "mean and std must be finite numbers, std not 0, and are \(mean) and \(std)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        return try sample.changed { try ImageOperations.normalize($0, mean: mean, std: std) }
    }
}

/// Turns color images to gray.
public struct Grayscale: Transform {
    /// The channels of the result: 1, or 3 equal ones.
    public var channels: Int

    /// Makes gray images.
    public init(channels: Int = 1) {
        self.channels = channels
    }

    public func validate() throws {
        try ImageOperations.require(
            [1, 3].contains(channels), "Grayscale", "channels must be 1 or 3, not \(channels)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        return try sample.changed { try ImageOperations.grayscale($0, channels: channels) }
    }
}
