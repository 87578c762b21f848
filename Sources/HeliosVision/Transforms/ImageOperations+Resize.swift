import Helios
import Torch
import TorchNN

/// The size that an image is resized to.
public enum ResizeSize: Equatable, Sendable {
    /// This size, even if it changes the image's proportions.
    case exact(ImageSize)
    /// The shorter side gets this many pixels, and the longer side as many as keep the proportions, but no more than
    /// `longerAtMost`: then the shorter side gets fewer.
    case shorterSide(Int, longerAtMost: Int? = nil)
    /// The longer side gets this many pixels, and the shorter side as many as keep the proportions.
    case longerSide(Int)

    /// The size that an image of a size gets.
    ///
    /// - Throws: `DataError` for a number that is not positive, and if `longerAtMost` is not greater than the shorter
    ///   side.
    public func size(for image: ImageSize) throws -> ImageSize {
        try validate()
        let (short, long) = (min(image.height, image.width), max(image.height, image.width))
        guard short > 0 else { throw DataError("resize: an image of \(image.height)x\(image.width) has no pixels") }
        var (newShort, newLong): (Int, Int)
        switch self {
        case .exact(let size):
            return size
        case .longerSide(let length):
            newShort = Int(Double(length) * Double(short) / Double(long))
            newLong = length
        case .shorterSide(let length, let limit):
            newShort = length
            newLong = Int(Double(length) * Double(long) / Double(short))
            if let limit, newLong > limit {
                newShort = Int(Double(limit) * Double(newShort) / Double(newLong))
                newLong = limit
            }
        }
        guard newShort > 0, newLong <= Self.limit else {
            throw DataError(
                "resize: an image of \(image.height)x\(image.width) would get \(newShort) pixels on one side and "
                    + "\(newLong) on the other")
        }
        return image.width <= image.height
            ? ImageSize(height: newLong, width: newShort) : ImageSize(height: newShort, width: newLong)
    }

    func validate() throws {
        let numbers: [Int]
        switch self {
        case .exact(let size): numbers = [size.height, size.width]
        case .longerSide(let length): numbers = [length]
        case .shorterSide(let length, let limit):
            numbers = [length] + (limit.map { [$0] } ?? [])
            if let limit, limit <= length {
                throw DataError(
                    "resize: longerAtMost is \(limit), and must be greater than the shorter side, \(length)")
            }
        }
        guard numbers.allSatisfy({ (1...Self.limit).contains($0) }) else {
            throw DataError("resize: a size must be from 1 to \(Self.limit) pixels, not \(numbers)")
        }
    }

    private static let limit = 1 << 24
}

extension ImageOperations {
    /// Resizes an image.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - interpolation: `nearest`, `nearestExact`, `bilinear` or `bicubic`.
    ///   - antialias: whether each pixel of a smaller image is a weighted mean of all that it covers, not of the
    ///     nearest ones only. For `bilinear` and `bicubic`.
    public static func resize(
        _ image: Tensor, to size: ResizeSize, interpolation: InterpolationMode = .bilinear, antialias: Bool = true
    ) throws -> Tensor {
        let operation = "resize"
        try validateResize(interpolation, operation)
        let old = try self.size(of: image, operation)
        let new = try size.size(for: old)
        if new == old { return image }
        if interpolation.isSmooth, ByteResizing.handles(image) {
            let whole = ImageRegion(top: 0, left: 0, height: old.height, width: old.width)
            return try ByteResizing(
                region: whole, size: new, isCubic: interpolation == .bicubic, antialias: antialias
            ).bytes(of: image)
        }
        let shape = Array(image.shape.dropLast(2)) + [new.height, new.width]
        guard image.count > 0 else { return try Tensor.zeros(shape, dtype: image.dtype, device: image.device) }
        if interpolation.isSmooth, image.dtype == .uint8, image.device == .cpu, try image.size(-3) <= 4 {
            let images = try batched(image).unbind(dim: 0).map {
                try resize($0, to: .exact(new), interpolation: interpolation, antialias: antialias)
            }
            return try Tensor.stack(images).reshape(shape)
        }
        let working: DType = workingType(of: image.dtype, interpolation)
        var result = try interpolate(
            batched(image).to(working), size: Pair(new.height, new.width), mode: interpolation,
            alignCorners: interpolation.isSmooth ? false : nil, antialias: interpolation.isSmooth && antialias)
        if working != image.dtype {
            if !image.dtype.isFloatingPoint, interpolation.isSmooth {
                let least: Double = image.dtype == .uint8 || image.dtype == .bool ? 0 : -Double.infinity
                result = try result.clamp(min: least, max: maximum(of: image.dtype, operation)).round_()
            }
            result = try result.to(image.dtype)
        }
        return try result.reshape(shape)
    }

    /// A type that libtorch resizes, and that holds all numbers of the image's type.
    private static func workingType(of type: DType, _ interpolation: InterpolationMode) -> DType {
        switch type {
        case .float32, .float64: type
        case .uint8 where !interpolation.isSmooth: type
        case .int32, .int64: .float64
        default: .float32
        }
    }

    static func validateResize(_ interpolation: InterpolationMode, _ operation: String) throws {
        try require(
            interpolation.isSmooth || interpolation == .nearest || interpolation == .nearestExact, operation,
            "interpolation must be nearest, nearest-exact, bilinear or bicubic, not \(interpolation.rawValue)")
    }

    /// Cuts out a region and resizes it, without a copy of the region.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - region: a part of the image; what is outside of the image is black.
    ///   - size: the size of the result.
    ///   - interpolation: as in `resize`.
    ///   - antialias: as in `resize`.
    public static func resizedCrop(
        _ image: Tensor, region: ImageRegion, size: ImageSize, interpolation: InterpolationMode = .bilinear,
        antialias: Bool = true
    ) throws -> Tensor {
        try resize(crop(image, to: region), to: .exact(size), interpolation: interpolation, antialias: antialias)
    }
}

extension InterpolationMode {
    /// Whether pixels are computed from several, so that antialiasing makes sense.
    var isSmooth: Bool { self == .bilinear || self == .bicubic }
}
