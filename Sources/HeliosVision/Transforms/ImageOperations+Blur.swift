import Helios
import Torch

extension ImageOperations {
    /// Blurs an image with the bell curve as weights.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`. It is mirrored at its edges, so it must have more pixels than half of the kernel.
    ///   - kernelSize: how many columns and rows are weighted, both odd.
    ///   - sigma: the standard deviations of the curve in pixels, horizontally and vertically; `nil` means
    ///     0.15 · kernelSize + 0.35.
    public static func gaussianBlur(
        _ image: Tensor, kernelSize: (x: Int, y: Int), sigma: (x: Double, y: Double)? = nil
    ) throws -> Tensor {
        let operation = "gaussianBlur"
        let size = try size(of: image, operation)
        try validateKernel(kernelSize, operation)
        let sigma = sigma ?? (0.15 * Double(kernelSize.x) + 0.35, 0.15 * Double(kernelSize.y) + 0.35)
        try require(
            sigma.x > 0 && sigma.y > 0 && sigma.x.isFinite && sigma.y.isFinite, operation,
            "sigma must be greater than 0, not \(sigma.x), \(sigma.y)")
        guard image.count > 0 else { return image }
        let (halfX, halfY) = (kernelSize.x / 2, kernelSize.y / 2)
        try require(
            halfX < size.width && halfY < size.height, operation,
            "a kernel of \(kernelSize.x)x\(kernelSize.y) is too large for an image of \(size.width)x\(size.height)")
        let type: DType = image.dtype == .float64 ? .float64 : .float32
        let columns = try bellCurve(kernelSize.x, sigma.x, type, image.device)
        let rows = try bellCurve(kernelSize.y, sigma.y, type, image.device).unsqueeze(dim: -1)
        let channels = try image.size(-3)
        let kernel = try rows.mul(columns).expand([channels, 1, kernelSize.y, kernelSize.x])
        let padded = try Tensor.pad(batched(image).to(type), pad: [halfX, halfX, halfY, halfY], mode: .reflect)
        let blurred = try Tensor.conv2d(padded, weight: kernel, groups: channels)
        return try (image.dtype.isFloatingPoint ? blurred : blurred.round_()).to(image.dtype).reshape(image.shape)
    }

    static func validateKernel(_ size: (x: Int, y: Int), _ operation: String) throws {
        try require(
            [size.x, size.y].allSatisfy { $0 > 0 && $0 % 2 == 1 && $0 < 1 << 16 }, operation,
            "kernel sizes must be odd and positive, not \(size.x), \(size.y)")
    }

    /// The values of the bell curve at whole pixels, which add up to 1.
    private static func bellCurve(_ size: Int, _ sigma: Double, _ type: DType, _ device: Device) throws -> Tensor {
        let limit = Double(size - 1) / (2 * 2.0.squareRoot())
        return try Tensor.linspace(start: -limit, end: limit, steps: size, dtype: type, device: device)
            .div_(sigma).pow(2).neg().softmax(dim: 0)
    }

    /// Sharpens or blurs an image.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]` with 1 or 3 channels. The outermost pixels stay as they are.
    ///   - factor: 0 is a mean of nine pixels, in which the middle one counts five times; 1 changes nothing; above 1
    ///     sharpens.
    public static func adjustSharpness(_ image: Tensor, factor: Double) throws -> Tensor {
        let operation = "adjustSharpness"
        let channels = try channels(of: image, operation, allowed: [1, 3])
        try require(factor >= 0 && factor.isFinite, operation, "the factor must be a number not below 0, not \(factor)")
        let size = try size(of: image, operation)
        guard image.count > 0, size.height > 2, size.width > 2 else { return image }
        let type: DType = image.dtype == .float64 ? .float64 : .float32
        let weights = [1, 1, 1, 1, 5, 1, 1, 1, 1].map { Double($0) / 13 }
        let kernel = try Tensor(weights, shape: [1, 1, 3, 3]).to(image.device, type).expand([channels, 1, 3, 3])
        let output = try batched(image).to(type, copy: true)
        var blurred = try Tensor.conv2d(output, weight: kernel, groups: channels)
        if !image.dtype.isFloatingPoint { blurred = try blurred.round_() }
        let inside = try output.narrow(dim: -2, start: 1, length: size.height - 2)
            .narrow(dim: -1, start: 1, length: size.width - 2)
        _ = try inside.add_(blurred.sub_(inside), alpha: 1 - factor)
        return try output.clamp_(min: 0, max: maximum(of: image.dtype, operation)).to(image.dtype).reshape(image.shape)
    }
}
