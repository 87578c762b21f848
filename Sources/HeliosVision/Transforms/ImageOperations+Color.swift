import Helios
import Torch

extension ImageOperations {
    /// The brightness of each pixel, as ITU-R BT.601 weighs red, green and blue.
    ///
    /// - Parameters:
    ///   - image: RGB `[…, 3, H, W]`, or gray `[…, 1, H, W]`.
    ///   - channels: 1, or 3 for three equal ones.
    public static func grayscale(_ image: Tensor, channels: Int = 1) throws -> Tensor {
        let operation = "grayscale"
        try require([1, 3].contains(channels), operation, "the result has 1 or 3 channels, not \(channels)")
        let given = try self.channels(of: image, operation, allowed: [1, 3])
        let gray = given == 1 ? image : try brightness(of: image).to(image.dtype)
        let shape = Array(gray.shape.dropLast(3)) + [channels] + gray.shape.suffix(2)
        return try gray.expand(shape)
    }

    /// The brightness of RGB, not rounded: `[…, 1, H, W]`.
    private static func brightness(of image: Tensor) throws -> Tensor {
        let parts = try image.unbind(dim: -3)
        return try parts[0].mul(0.2989).add_(parts[1], alpha: 0.587).add_(parts[2], alpha: 0.114).unsqueeze(dim: -3)
    }

    /// A mixture of two images, `ratio` of the first. Ratios above 1 exaggerate the difference.
    private static func blend(_ image: Tensor, _ other: Tensor, ratio: Double, _ operation: String) throws -> Tensor {
        try image.mul(ratio).add_(other, alpha: 1 - ratio).clamp_(min: 0, max: maximum(of: image.dtype, operation))
            .to(image.dtype)
    }

    private static func requireFactor(_ factor: Double, _ operation: String) throws {
        try require(
            factor >= 0 && factor.isFinite, operation, "the factor must be a number not below 0, not \(factor)")
    }

    /// Multiplies all pixels.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]` with 1 or 3 channels.
    ///   - factor: 0 is black, 1 changes nothing.
    public static func adjustBrightness(_ image: Tensor, factor: Double) throws -> Tensor {
        let operation = "adjustBrightness"
        try requireFactor(factor, operation)
        _ = try channels(of: image, operation, allowed: [1, 3])
        return try image.mul(factor).clamp_(min: 0, max: maximum(of: image.dtype, operation)).to(image.dtype)
    }

    /// Makes pixels differ more or less from the mean brightness of the image.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]` with 1 or 3 channels.
    ///   - factor: 0 is gray all over, 1 changes nothing.
    public static func adjustContrast(_ image: Tensor, factor: Double) throws -> Tensor {
        let operation = "adjustContrast"
        try requireFactor(factor, operation)
        let isWhole = !image.dtype.isFloatingPoint
        var gray: Tensor
        if try channels(of: image, operation, allowed: [1, 3]) == 3 {
            gray = try brightness(of: image)
            if isWhole { gray = try gray.floor_() }
        } else {
            gray = isWhole ? try image.to(.float32) : image
        }
        return try blend(image, gray.mean(dims: [-3, -2, -1], keepDim: true), ratio: factor, operation)
    }

    /// Makes colors differ more or less from gray.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]` with 3 channels, or 1, which stays as it is.
    ///   - factor: 0 is gray, 1 changes nothing.
    public static func adjustSaturation(_ image: Tensor, factor: Double) throws -> Tensor {
        let operation = "adjustSaturation"
        try requireFactor(factor, operation)
        if try channels(of: image, operation, allowed: [1, 3]) == 1 { return image }
        let gray = try brightness(of: image)
        return try blend(image, image.dtype.isFloatingPoint ? gray : gray.floor_(), ratio: factor, operation)
    }

    /// Turns the colors around the color circle.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]` with 3 channels, or 1, which stays as it is.
    ///   - factor: the part of a whole turn, from -0.5 to 0.5.
    public static func adjustHue(_ image: Tensor, factor: Double) throws -> Tensor {
        let operation = "adjustHue"
        try require((-0.5...0.5).contains(factor), operation, "the factor must be from -0.5 to 0.5, not \(factor)")
        let channels = try channels(of: image, operation, allowed: [1, 3])
        guard channels == 3, image.count > 0 else { return image }
        let hsv = try hsv(of: convert(image, to: .float32))
        let turned = try hsv.hue.add(factor).remainder_(1)
        return try convert(rgb(hue: turned, saturation: hsv.saturation, value: hsv.value), to: image.dtype)
    }

    /// Hue, saturation and value, each from 0 to 1, of RGB numbers (Smith 1978, "Color gamut transform pairs").
    private static func hsv(of image: Tensor) throws -> (hue: Tensor, saturation: Tensor, value: Tensor) {
        let parts = try image.unbind(dim: -3)
        let (red, green) = (parts[0], parts[1])
        let (least, greatest) = try image.aminmax(dim: -3)
        let isGray = try greatest.eq(least)
        let range = try greatest.sub(least)
        // Gray has no hue; a divisor of 1 gives it the hue and saturation 0.
        let saturation = try range.div(greatest.maskedFill(mask: isGray, value: 1))
        let distances = try greatest.unsqueeze(dim: -3).sub(image)
            .div_(range.maskedFill(mask: isGray, value: 1).unsqueeze(dim: -3)).unbind(dim: -3)
        let (fromRed, fromGreen, fromBlue) = (distances[0], distances[1], distances[2])
        let isRed = try greatest.eq(red)
        let isGreen = try greatest.eq(green)
        let sextant = try Tensor.where(
            isRed, fromBlue.sub(fromGreen),
            Tensor.where(isGreen, fromRed.add(2).sub_(fromBlue), fromGreen.add(4).sub_(fromRed)))
        return (try sextant.mul_(1.0 / 6).add_(1).fmod_(1), saturation, greatest)
    }

    /// The colors with a hue, a saturation and a value.
    private static func rgb(hue: Tensor, saturation: Tensor, value: Tensor) throws -> Tensor {
        let scaled = try hue.mul(6)
        let whole = try scaled.floor()
        let part = try saturation.mul(scaled.sub(whole))
        let rest = try saturation.neg().add_(1)
        let falling = try part.neg().add_(1).mul_(value).clamp_(min: 0, max: 1)
        let rising = try part.add(rest).mul_(value).clamp_(min: 0, max: 1)
        let low = try rest.mul(value).clamp_(min: 0, max: 1)
        let choices = try Tensor.stack([value, low, falling, rising], dim: -3)
        // Which of the four each channel is, in each of the six parts of the color circle.
        let table = try Tensor([0, 2, 1, 1, 3, 0, 3, 0, 0, 2, 1, 1, 1, 1, 3, 0, 0, 2], shape: [3, 6]).to(hue.device)
        let sextant = try whole.to(.int64).remainder_(6)
        let rows = try table.unbind(dim: 0).map { try $0.take(index: sextant) }
        return try choices.gather(dim: -3, index: Tensor.stack(rows, dim: -3))
    }

    /// Raises brightness to a power: below 1 makes dark parts lighter, above 1 darker.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - gamma: the exponent, not below 0.
    ///   - gain: a factor for the result.
    public static func adjustGamma(_ image: Tensor, gamma: Double, gain: Double = 1) throws -> Tensor {
        let operation = "adjustGamma"
        _ = try size(of: image, operation)
        try require(gamma >= 0 && gamma.isFinite, operation, "gamma must be a number not below 0, not \(gamma)")
        try require(gain.isFinite, operation, "gain must be a finite number, not \(gain)")
        let numbers = image.dtype.isFloatingPoint ? image : try convert(image, to: .float32)
        var result = try numbers.pow(gamma)
        if gain != 1 { result = try result.mul_(gain).clamp_(min: 0, max: 1) }
        return try convert(result, to: image.dtype)
    }
}
