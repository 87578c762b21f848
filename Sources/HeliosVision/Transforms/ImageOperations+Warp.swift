import Foundation
import Helios
import Torch
import TorchNN

extension ImageOperations {
    /// Shears, scales, rotates and moves an image.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - angle: of the rotation, in degrees, clockwise.
    ///   - translation: to the right and down, in pixels.
    ///   - scale: greater than 0.
    ///   - shear: the angles along x and along y, in degrees.
    ///   - center: what stays in its place, in pixels from the upper left corner; `nil` means the middle.
    ///   - interpolation: `nearest` or `bilinear`.
    ///   - fill: the color around the image: one number, or one for each channel. If it is empty, the outside is black,
    ///     and a pixel at the edge is a mixture of both.
    public static func affine(
        _ image: Tensor, angle: Double = 0, translation: (x: Double, y: Double) = (0, 0), scale: Double = 1,
        shear: (x: Double, y: Double) = (0, 0), center: (x: Double, y: Double)? = nil,
        interpolation: InterpolationMode = .nearest, fill: [Double] = []
    ) throws -> Tensor {
        let operation = "affine"
        try require(scale > 0 && scale.isFinite, operation, "scale must be greater than 0, not \(scale)")
        let numbers = [angle, translation.x, translation.y, shear.x, shear.y, center?.x ?? 0, center?.y ?? 0]
        try require(numbers.allSatisfy(\.isFinite), operation, "angles, translation and center must be finite numbers")
        let size = try size(of: image, operation)
        let matrix = AffineMatrix(
            center: centered(center, in: size), angle: angle, translation: translation, scale: scale, shear: shear)
        return try affine(
            image, inverse: matrix.inverse, output: size, interpolation: interpolation, fill: fill, operation)
    }

    /// Rotates an image.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - angle: in degrees, counterclockwise.
    ///   - expand: whether the result is as large as all of the image needs. It is meant for a center in the middle.
    ///   - center: as in `affine`.
    ///   - interpolation: `nearest` or `bilinear`.
    ///   - fill: as in `affine`.
    public static func rotate(
        _ image: Tensor, angle: Double, expand: Bool = false, center: (x: Double, y: Double)? = nil,
        interpolation: InterpolationMode = .nearest, fill: [Double] = []
    ) throws -> Tensor {
        let operation = "rotate"
        let size = try size(of: image, operation)
        try require(
            angle.isFinite && (center?.x ?? 0).isFinite && (center?.y ?? 0).isFinite, operation,
            "angle and center must be finite numbers")
        try validateWarp(interpolation, fill, image, operation)
        // A quarter turn moves pixels and computes none.
        if center == nil, let quarters = quarterTurns(angle) {
            if quarters % 2 == 0 || expand || size.height == size.width {
                return try image.rot90(k: quarters, dims: [-2, -1])
            }
        }
        let inverse = AffineMatrix(center: centered(center, in: size), angle: -angle).inverse
        let output = expand ? inverse.outputSize(of: size) : size
        return try affine(
            image, inverse: inverse, output: output, interpolation: interpolation, fill: fill, operation)
    }

    /// Moves four points of an image to four others, and all points between them, as if the image were on a plane that
    /// is seen from another point.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - startPoints: four points of the image, in pixels.
    ///   - endPoints: where they are in the result.
    ///   - interpolation: `nearest` or `bilinear`.
    ///   - fill: as in `affine`.
    public static func perspective(
        _ image: Tensor, startPoints: [(x: Double, y: Double)], endPoints: [(x: Double, y: Double)],
        interpolation: InterpolationMode = .bilinear, fill: [Double] = []
    ) throws -> Tensor {
        try perspective(
            image, inverse: PerspectiveMap(from: endPoints, to: startPoints), interpolation: interpolation, fill: fill)
    }

    /// - Parameter inverse: takes a point of the result to a point of the image.
    static func perspective(
        _ image: Tensor, inverse: PerspectiveMap, interpolation: InterpolationMode, fill: [Double]
    ) throws -> Tensor {
        let operation = "perspective"
        let size = try size(of: image, operation)
        try validateWarp(interpolation, fill, image, operation)
        let type = gridType(of: image)
        let c = inverse.coefficients
        // Pixels are from 0.5 to size - 0.5; `gridSample` takes them from -1 to 1.
        let points = try self.points(size, firstX: 0.5, firstY: 0.5, type, image.device)
        let (halfWidth, halfHeight) = (0.5 * Double(size.width), 0.5 * Double(size.height))
        let half = try Tensor([halfWidth, halfHeight], shape: [2]).to(image.device, type)
        let above = try Tensor([c[0], c[1], c[2], c[3], c[4], c[5]], shape: [1, 2, 3]).to(image.device, type)
        let below = try Tensor([c[6], c[7], 1, c[6], c[7], 1], shape: [1, 2, 3]).to(image.device, type)
        let grid = try points.bmm(above.transpose(1, 2).div(half)).div_(points.bmm(below.transpose(1, 2))).sub_(1)
        return try warp(
            image, grid: grid.view([1, size.height, size.width, 2]), interpolation: interpolation, fill: fill,
            operation)
    }

    // MARK: Parts

    /// The number of quarter turns from 0 to 3; `nil` for other angles.
    private static func quarterTurns(_ angle: Double) -> Int? {
        let turn = angle.truncatingRemainder(dividingBy: 360)
        let positive = turn < 0 ? turn + 360 : turn
        return [0, 90, 180, 270].firstIndex(of: positive)
    }

    /// A center as seen from the middle of the image.
    private static func centered(_ center: (x: Double, y: Double)?, in size: ImageSize) -> (x: Double, y: Double) {
        guard let center else { return (0, 0) }
        return (center.x - 0.5 * Double(size.width), center.y - 0.5 * Double(size.height))
    }

    static func validateWarp(
        _ interpolation: InterpolationMode, _ fill: [Double], _ image: Tensor, _ operation: String
    ) throws {
        try require(
            interpolation == .nearest || interpolation == .bilinear, operation,
            "interpolation must be nearest or bilinear, not \(interpolation.rawValue)")
        let channels = try image.size(-3)
        try require(
            fill.count <= 1 || fill.count == channels, operation,
            "fill must have 1 value or one for each of the \(channels) channels, not \(fill.count)")
    }

    private static func gridType(of image: Tensor) -> DType { image.dtype == .float64 ? .float64 : .float32 }

    /// The points (x, y, 1) of an output row by row: `[1, H·W, 3]`.
    private static func points(
        _ size: ImageSize, firstX: Double, firstY: Double, _ type: DType, _ device: Device
    ) throws -> Tensor {
        let (height, width) = (size.height, size.width)
        let x = try Tensor.linspace(
            start: firstX, end: firstX + Double(width - 1), steps: width, dtype: type, device: device)
        let y = try Tensor.linspace(
            start: firstY, end: firstY + Double(height - 1), steps: height, dtype: type, device: device)
        let shape = [height, width]
        return try Tensor.stack(
            [
                x.expand(shape), y.unsqueeze(dim: -1).expand(shape),
                Tensor.full(shape, 1, dtype: type, device: device),
            ], dim: -1
        ).view([1, height * width, 3])
    }

    private static func affine(
        _ image: Tensor, inverse: AffineMatrix, output: ImageSize, interpolation: InterpolationMode, fill: [Double],
        _ operation: String
    ) throws -> Tensor {
        try validateWarp(interpolation, fill, image, operation)
        let size = try size(of: image, operation)
        let limit = 1 << 24
        try require(
            output.height > 0 && output.width > 0 && output.height <= limit && output.width <= limit, operation,
            "the result would be \(output.height)x\(output.width) pixels")
        let type = gridType(of: image)
        let points = try points(
            output, firstX: (1 - Double(output.width)) * 0.5, firstY: (1 - Double(output.height)) * 0.5, type,
            image.device)
        let half = try Tensor([0.5 * Double(size.width), 0.5 * Double(size.height)], shape: [2])
            .to(image.device, type)
        let matrix = try Tensor(inverse.values, shape: [1, 2, 3]).to(image.device, type)
        let grid = try points.bmm(matrix.transpose(1, 2).div(half))
        return try warp(
            image, grid: grid.view([1, output.height, output.width, 2]), interpolation: interpolation, fill: fill,
            operation)
    }

    /// The pixels of an image at the points of a grid `[1, H, W, 2]`.
    private static func warp(
        _ image: Tensor, grid: Tensor, interpolation: InterpolationMode, fill: [Double], _ operation: String
    ) throws -> Tensor {
        let (height, width) = (grid.shape[1], grid.shape[2])
        let shape = Array(image.shape.dropLast(2)) + [height, width]
        guard image.count > 0 else { return try Tensor.zeros(shape, dtype: image.dtype, device: image.device) }
        var numbers = try batched(image).to(grid.dtype)
        let count = numbers.shape[0]
        if !fill.isEmpty {
            // One more channel tells how much of a pixel is of the image.
            let inside = try Tensor.full(
                [count, 1] + numbers.shape.suffix(2), 1, dtype: grid.dtype, device: image.device)
            numbers = try Tensor.cat([numbers, inside], dim: 1)
        }
        var result = try gridSample(
            numbers, grid.expand([count, height, width, 2]), mode: interpolation == .nearest ? .nearest : .bilinear)
        if !fill.isEmpty {
            let channels = try image.size(-3)
            let inside = try result.narrow(dim: 1, start: channels, length: 1)
            let color = try perChannel(fill, of: image, dtype: grid.dtype, operation, "fill")
            result = try result.narrow(dim: 1, start: 0, length: channels)
            if interpolation == .nearest {
                result = try Tensor.where(inside.lt(0.5), color, result)
            } else {
                result = try result.sub(color).mul_(inside).add_(color)
            }
        }
        if !image.dtype.isFloatingPoint { result = try result.round_() }
        return try result.to(image.dtype).reshape(shape)
    }
}
