import Helios
import Torch

extension ImageOperations {
    /// Makes dark pixels light and light ones dark.
    public static func invert(_ image: Tensor) throws -> Tensor {
        let operation = "invert"
        _ = try size(of: image, operation)
        if image.dtype.isFloatingPoint { return try image.neg().add_(1) }
        if image.dtype == .uint8 || image.dtype == .bool { return try image.bitwiseNot() }
        return try image.neg().add_(Int(exactly: maximum(of: image.dtype, operation)) ?? Int.max)
    }

    /// Keeps the upper bits of each number.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - bits: how many, from 0 to 8.
    public static func posterize(_ image: Tensor, bits: Int) throws -> Tensor {
        let operation = "posterize"
        _ = try size(of: image, operation)
        try require((0...8).contains(bits), operation, "bits must be from 0 to 8, not \(bits)")
        if image.dtype.isFloatingPoint {
            let levels = Double(1 << bits)
            return try image.mul(levels).floor_().clamp_(min: 0, max: levels - 1).mul_(1 / levels)
        }
        guard let all = valueBits(of: image.dtype) else {
            throw DataError("posterize: images cannot be of type \(image.dtype)")
        }
        return bits >= all ? image : try image.bitwiseAnd(((1 << bits) - 1) << (all - bits))
    }

    /// Inverts the pixels that are lighter than a threshold.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - threshold: from 0 to 255 for bytes, from 0 to 1 for floating-point numbers.
    public static func solarize(_ image: Tensor, threshold: Double) throws -> Tensor {
        let operation = "solarize"
        let maximum = try maximum(of: image.dtype, operation)
        try require(
            threshold <= maximum, operation, "the threshold must be at most \(maximum), not \(threshold)")
        return try Tensor.where(image.ge(threshold), invert(image), image)
    }

    /// Stretches each channel, so that its darkest pixel becomes black and its lightest one white.
    ///
    /// - Parameter image: `[…, C, H, W]` with 1 or 3 channels.
    public static func autocontrast(_ image: Tensor) throws -> Tensor {
        let operation = "autocontrast"
        _ = try channels(of: image, operation, allowed: [1, 3])
        guard image.count > 0 else { return image }
        let bound = try maximum(of: image.dtype, operation)
        let numbers = image.dtype.isFloatingPoint ? image : try image.to(.float32)
        let least = try numbers.amin(dims: [-2, -1], keepDim: true)
        let greatest = try numbers.amax(dims: [-2, -1], keepDim: true)
        // A channel of one value stays as it is.
        let isFlat = try greatest.eq(least)
        let scale = try greatest.sub(least).mul_(1 / bound).maskedFill_(mask: isFlat, value: 1)
        return try numbers.sub(least.maskedFill(mask: isFlat, value: 0)).div_(scale).clamp_(min: 0, max: bound)
            .to(image.dtype)
    }

    /// Spreads the values of each channel, so that all are about equally frequent.
    ///
    /// - Parameter image: `[…, C, H, W]`. Other types than bytes are converted to them and back.
    public static func equalize(_ image: Tensor) throws -> Tensor {
        let size = try size(of: image, "equalize")
        guard image.count > 0 else { return image }
        let bytes = try convert(image, to: .uint8)
        let planes = try bytes.reshape([-1, size.height * size.width]).to(.int64)
        let equalized = try planes.unbind(dim: 0).map { plane in
            let counts = try plane.bincount(minlength: 256).array(Int.self)
            return try Tensor(equalizing(counts), shape: [256]).to(image.device).take(index: plane)
        }
        return try convert(Tensor.stack(equalized).view(bytes.shape), to: image.dtype)
    }

    /// What each byte becomes, by Pillow's rule.
    private static func equalizing(_ counts: [Int]) -> [UInt8] {
        let step = (counts.reduce(0, +) - (counts.last { $0 > 0 } ?? 0)) / 255
        guard step > 0 else { return (0...255).map { $0 } }
        var darker = step / 2
        return counts.map { count in
            defer { darker += count }
            return UInt8(clamping: darker / step)
        }
    }
}
