import Helios
import Torch

extension ImageOperations {
    /// Cuts out a region.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - region: what is outside of the image is black.
    /// - Returns: a view of the image if the region is inside.
    public static func crop(_ image: Tensor, to region: ImageRegion) throws -> Tensor {
        let size = try size(of: image, "crop")
        let limit = 1 << 24
        try require(
            (0...limit).contains(region.height) && (0...limit).contains(region.width)
                && (-limit...limit).contains(region.top) && (-limit...limit).contains(region.left), "crop",
            "a region must have positions and sizes of at most \(limit) pixels, and has \(region)")
        let rows = max(region.top, 0)..<max(min(region.top + region.height, size.height), max(region.top, 0))
        let columns = max(region.left, 0)..<max(min(region.left + region.width, size.width), max(region.left, 0))
        let isOutside = rows.isEmpty || columns.isEmpty
        if isOutside {
            let shape = Array(image.shape.dropLast(2)) + [region.height, region.width]
            return try Tensor.zeros(shape, dtype: image.dtype, device: image.device)
        }
        let inside = try image.narrow(dim: -2, start: rows.lowerBound, length: rows.count)
            .narrow(dim: -1, start: columns.lowerBound, length: columns.count)
        let margins = Margins(
            left: columns.lowerBound - region.left, top: rows.lowerBound - region.top,
            right: region.left + region.width - columns.upperBound,
            bottom: region.top + region.height - rows.upperBound)
        return margins == Margins(0) ? inside : try pad(inside, margins)
    }

    /// Cuts out the middle.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - size: what is outside of a smaller image is black.
    public static func centerCrop(_ image: Tensor, size: ImageSize) throws -> Tensor {
        try crop(image, to: centerRegion(of: self.size(of: image, "centerCrop"), size: size))
    }

    /// Where the middle of an image is. It begins outside of an image that is smaller.
    static func centerRegion(of image: ImageSize, size: ImageSize) throws -> ImageRegion {
        try require(
            size.height > 0 && size.width > 0, "centerCrop",
            "a size must be positive, not \(size.height)x\(size.width)")
        func start(_ length: Int, _ wanted: Int) -> Int {
            // A smaller image gets the odd pixel after it.
            wanted > length ? -((wanted - length) / 2) : Int((Double(length - wanted) / 2).rounded(.toNearestOrEven))
        }
        return ImageRegion(
            top: start(image.height, size.height), left: start(image.width, size.width), height: size.height,
            width: size.width)
    }

    /// Cuts out the four corners and the middle, in this order: upper left, upper right, lower left, lower right,
    /// middle.
    ///
    /// - Parameters:
    ///   - image: `[…, C, H, W]`.
    ///   - size: at most the image's size.
    public static func fiveCrop(_ image: Tensor, size: ImageSize) throws -> [Tensor] {
        let whole = try self.size(of: image, "fiveCrop")
        try require(
            size.height > 0 && size.width > 0 && size.height <= whole.height && size.width <= whole.width, "fiveCrop",
            "the size \(size.height)x\(size.width) must be positive, and at most the image's, "
                + "\(whole.height)x\(whole.width)")
        let (bottom, right) = (whole.height - size.height, whole.width - size.width)
        let corners = [(0, 0), (0, right), (bottom, 0), (bottom, right)]
        return try corners.map { top, left in
            try crop(image, to: ImageRegion(top: top, left: left, height: size.height, width: size.width))
        } + [centerCrop(image, size: size)]
    }

    /// The five crops of an image, and those of the flipped image.
    ///
    /// - Parameter flipsVertically: whether rows are reversed, not columns.
    public static func tenCrop(_ image: Tensor, size: ImageSize, flipsVertically: Bool = false) throws -> [Tensor] {
        let flipped = try flipsVertically ? flipVertically(image) : flipHorizontally(image)
        return try fiveCrop(image, size: size) + fiveCrop(flipped, size: size)
    }

    /// Reverses the columns of an image `[…, C, H, W]`.
    public static func flipHorizontally(_ image: Tensor) throws -> Tensor {
        _ = try size(of: image, "flipHorizontally")
        return try image.flip([-1])
    }

    /// Reverses the rows of an image `[…, C, H, W]`.
    public static func flipVertically(_ image: Tensor) throws -> Tensor {
        _ = try size(of: image, "flipVertically")
        return try image.flip([-2])
    }
}
