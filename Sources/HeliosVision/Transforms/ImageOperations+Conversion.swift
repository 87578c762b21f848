import Helios
import Torch

extension ImageOperations {
    /// Converts an image to another type.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`, of bytes, other whole numbers, or floating-point numbers.
    ///   - dtype: the type of the result.
    ///   - scale: whether full brightness stays full brightness: 255 in bytes, 1 in floating-point numbers. Otherwise
    ///     numbers stay as they are, as far as the type can hold them. Floating-point numbers outside of 0 to 1 become
    ///     the nearest whole number that the type has.
    /// - Throws: `DataError` if the numbers of a type do not fit into the other: `float32` to `int32` or `int64`, and
    ///   `float64` to `int64`.
    public static func convert(_ image: Tensor, to dtype: DType, scale: Bool = true) throws -> Tensor {
        let operation = "convert"
        if image.dtype == dtype { return image }
        guard scale else { return try image.to(dtype) }
        switch (image.dtype.isFloatingPoint, dtype.isFloatingPoint) {
        case (true, true):
            return try image.to(dtype)
        case (false, true):
            return try image.to(dtype).mul_(1 / maximum(of: image.dtype, operation))
        case (true, false):
            try require(
                dtype != .int64 && !(dtype == .int32 && image.dtype != .float64), operation,
                "\(image.dtype) has too few digits for \(dtype); convert to a smaller type")
            // Almost 256 for bytes, so that each byte gets an equal share of the numbers from 0 to 1.
            let factor = try maximum(of: dtype, operation) + 1 - 1e-3
            return try image.clamp(min: 0, max: 1).mul_(factor).to(dtype)
        case (false, false):
            guard let from = valueBits(of: image.dtype), let to = valueBits(of: dtype) else {
                throw DataError("convert: images cannot be converted from \(image.dtype) to \(dtype)")
            }
            let wide = try image.to(.int64)
            return try (from > to ? wide.bitwiseRightShift(from - to) : wide.bitwiseLeftShift(to - from)).to(dtype)
        }
    }

    /// Makes an image of pixels in the layout of other programs.
    ///
    /// - Parameters:
    ///   - pixels: `[H, W]`, or `[H, W, C]` with the channels last.
    ///   - dtype: the type of the result.
    ///   - scale: as in `convert`.
    /// - Returns: `[C, H, W]`.
    public static func toImageTensor(
        channelsLast pixels: Tensor, dtype: DType = .float32, scale: Bool = true
    ) throws -> Tensor {
        let image: Tensor
        switch pixels.dimensionCount {
        case 2: image = try pixels.unsqueeze(dim: 0)
        case 3: image = try pixels.permute([2, 0, 1])
        default:
            throw DataError("toImageTensor: pixels must be [H, W] or [H, W, C], not \(pixels.shape)")
        }
        return try convert(image, to: dtype, scale: scale).contiguous()
    }

    /// Subtracts each channel's mean and divides by its standard deviation.
    ///
    /// - Parameters:
    ///   - image: floating-point numbers `[…, C, H, W]`.
    ///   - mean: one number for each channel, or one for all.
    ///   - std: the same; none is 0.
    public static func normalize(_ image: Tensor, mean: [Double], std: [Double]) throws -> Tensor {
        let operation = "normalize"
        _ = try size(of: image, operation)
        try require(
            image.dtype.isFloatingPoint, operation,
            "an image must be of floating-point numbers, not \(image.dtype); convert it first")
        try require(!std.contains(0), operation, "std must not contain 0, and is \(std)")
        let means = try perChannel(mean, of: image, dtype: image.dtype, operation, "mean")
        let deviations = try perChannel(std, of: image, dtype: image.dtype, operation, "std")
        return try image.sub(means).div_(deviations)
    }
}
