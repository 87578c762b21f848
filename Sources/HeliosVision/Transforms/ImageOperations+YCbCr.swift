import Helios
import Torch

extension ImageOperations {
    /// The order of three color channels.
    public enum ChannelOrder: String, CaseIterable, Sendable {
        case rgb, bgr
    }

    /// Brightness and two differences of color by ITU-R BT.601: Y from 16 to 235 of 255, Cb and Cr from 16 to 240.
    ///
    /// - Parameters:
    ///   - image: `[…, 3, H, W]`, bytes from 0 to 255 or floating-point numbers from 0 to 1.
    ///   - order: the order of the image's channels.
    ///   - onlyY: whether the result is only the brightness, `[…, 1, H, W]`.
    /// - Returns: an image of the same type and range; bytes are rounded.
    public static func ycbcr(_ image: Tensor, order: ChannelOrder = .rgb, onlyY: Bool = false) throws -> Tensor {
        let numbers = try levels(of: image, order, onlyY: onlyY)
        return image.dtype == .uint8 ? try numbers.round_().to(.uint8) : try numbers.div_(255).to(image.dtype)
    }

    /// Only the brightness by ITU-R BT.601, as metrics of restored images compare it.
    ///
    /// - Parameters:
    ///   - image: `[…, 3, H, W]`, numbers or bytes from 0 to 255; one channel stays as it is.
    ///   - order: the order of the image's channels. Python Helios' `to_y_channel` expects `bgr`.
    /// - Returns: `[…, 1, H, W]`, floating-point numbers from 16 to 235, not rounded.
    public static func yChannel(_ image: Tensor, order: ChannelOrder = .rgb) throws -> Tensor {
        let type: DType = image.dtype == .float64 ? .float64 : .float32
        let numbers = try image.to(type)
        if try channels(of: image, "yChannel", allowed: [1, 3]) == 1 { return numbers }
        return try levels(of: numbers.div(255), order, onlyY: true)
    }

    /// Y, Cb and Cr as numbers from 0 to 255, of bytes or of numbers from 0 to 1.
    private static func levels(of image: Tensor, _ order: ChannelOrder, onlyY: Bool) throws -> Tensor {
        let operation = "ycbcr"
        _ = try channels(of: image, operation, allowed: [3])
        try require(
            image.dtype == .uint8 || image.dtype.isFloatingPoint, operation,
            "an image must be of bytes or floating-point numbers, not \(image.dtype)")
        let numbers = image.dtype == .uint8 ? try image.to(.float32).div_(255) : image
        let parts = try (order == .rgb ? [0, 1, 2] : [2, 1, 0]).map { try numbers.select(dim: -3, index: $0) }
        // ITU-R BT.601-7, section 2.5, for 8 bits.
        let rows: [(weights: [Double], offset: Double)] = [
            ([65.481, 128.553, 24.966], 16), ([-37.797, -74.203, 112], 128), ([112, -93.786, -18.214], 128),
        ]
        let levels = try rows.prefix(onlyY ? 1 : 3).map { row in
            try parts[0].mul(row.weights[0]).add_(parts[1], alpha: row.weights[1]).add_(parts[2], alpha: row.weights[2])
                .add_(row.offset)
        }
        return try Tensor.stack(levels, dim: -3)
    }
}
