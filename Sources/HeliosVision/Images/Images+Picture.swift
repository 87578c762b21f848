import Torch

/// Which numbers of a floating-point tensor are black and white.
public enum PixelRange: Sendable, Hashable {
    /// From 0 to 1.
    case unit
    /// From -1 to 1.
    case symmetric
    /// From 0 to 255.
    case bytes
    /// What remains of 0 to 1 once a mean was subtracted and a standard deviation divided by, one for each channel.
    case normalized(mean: [Double], std: [Double])
}

extension Images {
    /// The tensor as a picture, `uint8[C, H, W]`.
    ///
    /// Numbers outside of the range are clipped, and NaN is black. Rounding is that of torchvision's `save_image`.
    ///
    /// - Parameters:
    ///   - tensor: `[H, W]`, `[C, H, W]` or `[1, C, H, W]` with 1 to 4 channels. Floating-point numbers are taken as
    ///     `range` says; `uint8` stays as it is, `uint16` is scaled to it, `bool` becomes black and white.
    ///   - range: which numbers are black and white.
    /// - Throws: `ImageError` for another shape or type.
    public static func picture(of tensor: Tensor, range: PixelRange = .unit) throws -> Tensor {
        let image = try channelsFirst(tensor.detach().to(.cpu))
        switch image.dtype {
        case .uint8: return image
        case .uint16: return try bytes(image.to(.float32) * (255.0 / 65_535))
        case .bool: return try image.to(.uint8) * 255
        case let type where type.isFloatingPoint: return try bytes(scaled(image.to(.float32), range))
        default:
            throw ImageError(
                path: nil, kind: .argument,
                reason: "a picture is made of floating-point numbers, uint8, uint16 or bool, not of \(image.dtype)")
        }
    }

    /// The bytes of a picture row by row, the channels of a pixel side by side.
    ///
    /// - Throws: as `picture(of:range:)`.
    public static func pixels(of tensor: Tensor, range: PixelRange = .unit) throws -> [UInt8] {
        try channelsLast(picture(of: tensor, range: range)).contiguous().array(UInt8.self)
    }

    /// A tensor with one image as `[C, H, W]`.
    private static func channelsFirst(_ tensor: Tensor) throws -> Tensor {
        let shape = tensor.shape
        let image: Tensor
        switch shape.count {
        case 2: image = try tensor.unsqueeze(dim: 0)
        case 4 where shape[0] == 1: image = try tensor.squeeze(dim: 0)
        default: image = tensor
        }
        guard image.dimensionCount == 3, (1...4).contains(image.shape[0]), !image.shape.contains(0) else {
            let hint =
                switch shape.count {
                case 3 where (1...4).contains(shape[2]): ": permute([2, 0, 1]) makes [C, H, W] of [H, W, C]"
                case 4: ": Images.grid(_:) makes a picture of several"
                default: ""
                }
            throw ImageError(
                path: nil, kind: .argument,
                reason: "a picture is a tensor [C, H, W] with 1 to 4 channels, or [H, W], not \(shape)\(hint)")
        }
        return image
    }

    /// Numbers from 0 to 255.
    private static func scaled(_ image: Tensor, _ range: PixelRange) throws -> Tensor {
        switch range {
        case .unit: return try image * 255
        case .symmetric: return try (image + 1) * 127.5
        case .bytes: return image
        case .normalized(let mean, let std):
            guard mean.count == image.shape[0], std.count == image.shape[0] else {
                throw ImageError(
                    path: nil, kind: .argument,
                    reason: "an image of \(image.shape[0]) channels needs as many means and standard deviations, not "
                        + "\(mean.count) and \(std.count)")
            }
            let (mean, std) = try (
                Tensor(mean, shape: [mean.count, 1, 1]).to(.float32),
                Tensor(std, shape: [std.count, 1, 1]).to(.float32)
            )
            return try (image * std + mean) * 255
        }
    }

    private static func bytes(_ image: Tensor) throws -> Tensor {
        try (image.nanToNum(nan: 0, posinf: 255, neginf: 0) + 0.5).clamp(min: 0, max: 255).to(.uint8)
    }
}
