import Helios
import Torch

/// What happens to boxes `[N, 4]` (left, top, right, bottom) when the image is changed.
enum Boxes {
    static func validate(_ boxes: Tensor) throws {
        guard boxes.dimensionCount == 2, boxes.shape[1] == 4 else {
            throw DataError("boxes must be [N, 4] (left, top, right, bottom), not \(boxes.shape)")
        }
    }

    /// Moved to the right and down, in pixels.
    static func moved(_ boxes: Tensor, x: Double, y: Double) throws -> Tensor {
        try inNumbers(boxes) { try $0.add(row([x, y, x, y], like: $0)) }
    }

    /// With an image that was resized.
    static func scaled(_ boxes: Tensor, from old: ImageSize, to new: ImageSize) throws -> Tensor {
        guard old.width > 0, old.height > 0 else { return boxes }
        let (x, y) = (Double(new.width) / Double(old.width), Double(new.height) / Double(old.height))
        return try inNumbers(boxes) { try $0.mul(row([x, y, x, y], like: $0)) }
    }

    static func flippedHorizontally(_ boxes: Tensor, width: Int) throws -> Tensor {
        try inNumbers(boxes) { boxes in
            let parts = try boxes.unbind(dim: 1)
            return try Tensor.stack(
                [parts[2].neg().add_(width), parts[1], parts[0].neg().add_(width), parts[3]], dim: 1)
        }
    }

    static func flippedVertically(_ boxes: Tensor, height: Int) throws -> Tensor {
        try inNumbers(boxes) { boxes in
            let parts = try boxes.unbind(dim: 1)
            return try Tensor.stack(
                [parts[0], parts[3].neg().add_(height), parts[2], parts[1].neg().add_(height)], dim: 1)
        }
    }

    /// The boxes around where a map takes the four corners of each.
    static func mapped(
        _ boxes: Tensor, by map: (_ x: Tensor, _ y: Tensor) throws -> (x: Tensor, y: Tensor)
    ) throws -> Tensor {
        try inNumbers(boxes) { boxes in
            let parts = try boxes.unbind(dim: 1)
            let x = try Tensor.stack([parts[0], parts[2], parts[2], parts[0]], dim: 1)
            let y = try Tensor.stack([parts[1], parts[1], parts[3], parts[3]], dim: 1)
            let mapped = try map(x, y)
            return try Tensor.stack(
                [
                    mapped.x.amin(dim: 1), mapped.y.amin(dim: 1), mapped.x.amax(dim: 1), mapped.y.amax(dim: 1),
                ], dim: 1)
        }
    }

    static func mapped(_ boxes: Tensor, by matrix: AffineMatrix) throws -> Tensor {
        try mapped(boxes) { x, y in
            (
                try x.mul(matrix.a).add_(y, alpha: matrix.b).add_(matrix.c),
                try x.mul(matrix.d).add_(y, alpha: matrix.e).add_(matrix.f)
            )
        }
    }

    static func mapped(_ boxes: Tensor, by map: PerspectiveMap) throws -> Tensor {
        let c = map.coefficients
        return try mapped(boxes) { x, y in
            let divisor = try x.mul(c[6]).add_(y, alpha: c[7]).add_(1)
            return (
                try x.mul(c[0]).add_(y, alpha: c[1]).add_(c[2]).div_(divisor),
                try x.mul(c[3]).add_(y, alpha: c[4]).add_(c[5]).div_(divisor)
            )
        }
    }

    /// The parts of the boxes that are in an image.
    static func clipped(_ boxes: Tensor, to size: ImageSize) throws -> Tensor {
        let limits = try Tensor([size.width, size.height, size.width, size.height], shape: [4])
            .to(boxes.device, boxes.dtype)
        return try boxes.clamp(min: 0).minimum(limits)
    }

    private static func row(_ values: [Double], like boxes: Tensor) throws -> Tensor {
        try Tensor(values, shape: [values.count]).to(boxes.device, boxes.dtype)
    }

    /// Whole numbers are computed with as floating-point numbers, and cut off to whole numbers.
    private static func inNumbers(_ boxes: Tensor, _ change: (Tensor) throws -> Tensor) throws -> Tensor {
        if boxes.dtype.isFloatingPoint { return try change(boxes) }
        return try change(boxes.to(.float64)).to(boxes.dtype)
    }
}
