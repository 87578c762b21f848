import Helios
import Torch

/// What is put around an image, in pixels.
public struct Margins: Equatable, Sendable {
    /// The columns before the first.
    public var left: Int
    /// The rows above the first.
    public var top: Int
    /// The columns after the last.
    public var right: Int
    /// The rows below the last.
    public var bottom: Int

    /// Margins of different sizes.
    public init(left: Int, top: Int, right: Int, bottom: Int) {
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    /// The same margin on all sides.
    public init(_ all: Int) {
        self.init(left: all, top: all, right: all, bottom: all)
    }

    /// The same margins on opposite sides.
    public init(horizontal: Int, vertical: Int) {
        self.init(left: horizontal, top: vertical, right: horizontal, bottom: vertical)
    }

    func validate(_ operation: String) throws {
        try ImageOperations.require(
            [left, top, right, bottom].allSatisfy { (0...1 << 24).contains($0) }, operation,
            "padding must be from 0 to \(1 << 24) pixels, not \(left), \(top), \(right), \(bottom)")
    }
}

/// What the pixels around an image are.
public enum ImagePadding: String, CaseIterable, Sendable {
    /// One color.
    case constant
    /// The pixel at the edge, repeated.
    case edge
    /// The image mirrored at its edge, without repeating the pixel at the edge.
    case reflect
    /// The image mirrored at its edge, the pixel at the edge included.
    case symmetric
}

extension ImageOperations {
    /// Puts pixels around an image.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - fill: the color if the mode is `constant`: one number for all channels or one for each; empty means black.
    ///   - mode: what the new pixels are. `reflect` needs margins that are smaller than the image, `symmetric` margins
    ///     that are no larger.
    public static func pad(
        _ image: Tensor, _ margins: Margins, fill: [Double] = [], mode: ImagePadding = .constant
    ) throws -> Tensor {
        let operation = "pad"
        let size = try size(of: image, operation)
        try margins.validate(operation)
        let padding = [margins.left, margins.right, margins.top, margins.bottom]
        switch mode {
        case .constant where fill.count <= 1:
            return try Tensor.constantPadNd(image, pad: padding, value: scalar(fill.first ?? 0, image.dtype))
        case .constant:
            let color = try perChannel(fill, of: image, dtype: image.dtype, operation, "fill")
            let shape =
                Array(image.shape.dropLast(2)) + [
                    size.height + margins.top + margins.bottom, size.width + margins.left + margins.right,
                ]
            let output = try Tensor.empty(shape, dtype: image.dtype, device: image.device).copy_(color)
            _ = try output.narrow(dim: -2, start: margins.top, length: size.height)
                .narrow(dim: -1, start: margins.left, length: size.width).copy_(image)
            return output
        case .edge, .reflect, .symmetric:
            // Indices work for every type of number, and for margins on one side only.
            let rows = try positions(size.height, margins.top, margins.bottom, mode)
            let columns = try positions(size.width, margins.left, margins.right, mode)
            return try image.indexSelect(dim: -2, index: Tensor(rows, device: image.device))
                .indexSelect(dim: -1, index: Tensor(columns, device: image.device))
        }
    }

    /// A whole number for types that have no others.
    private static func scalar(_ value: Double, _ type: DType) throws -> Double {
        try require(value.isFinite, "pad", "fill must be a finite number, not \(value)")
        return type.isFloatingPoint ? value : value.rounded(.towardZero)
    }

    /// Which row or column of the image each of the padded image is.
    private static func positions(_ count: Int, _ before: Int, _ after: Int, _ mode: ImagePadding) throws -> [Int] {
        let limit = mode == .reflect ? count - 1 : mode == .symmetric ? count : count > 0 ? Int.max : 0
        try require(
            before <= limit && after <= limit, "pad",
            "the mode \(mode.rawValue) gives at most \(limit) pixels to a side of \(count), not \(max(before, after))")
        return (-before..<count + after).map { position in
            switch mode {
            case .edge, .constant: min(max(position, 0), count - 1)
            case .reflect: position < 0 ? -position : position >= count ? 2 * count - 2 - position : position
            case .symmetric: position < 0 ? -1 - position : position >= count ? 2 * count - 1 - position : position
            }
        }
    }

    /// Writes over a rectangle.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - region: a rectangle in the image.
    ///   - value: what is written: one number, `[C, 1, 1]` or `[C, h, w]`.
    /// - Returns: a changed copy.
    public static func erase(_ image: Tensor, region: ImageRegion, value: Tensor) throws -> Tensor {
        let size = try size(of: image, "erase")
        try require(
            region.isInside(size), "erase", "\(region) is not inside an image of \(size.height)x\(size.width)")
        let erased = try image.clone()
        _ = try erased.narrow(dim: -2, start: region.top, length: region.height)
            .narrow(dim: -1, start: region.left, length: region.width).copy_(value)
        return erased
    }
}
