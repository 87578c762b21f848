import Helios

/// One picture of several, side by side.
///
/// As `torchvision.utils.make_grid` lays them out: eight in a row, black lines of two pixels around each. Smaller
/// images are at the upper left of their cells. With different numbers of channels, gray images become colored, and
/// those without opacity opaque.
enum ImageGrid {
    private static let columnCount = 8
    private static let padding = 2

    /// The picture of these images, which all have pixels. A single image stays as it is.
    ///
    /// - Throws: `LogError` if it would be too large.
    static func picture(of images: [LoggedImage]) throws -> LoggedImage? {
        guard images.count > 1 else { return images.first }
        return try layOut(images, columns: columnCount, padding: padding)
    }

    /// Images in rows of `columns`.
    ///
    /// - Parameter padding: how many pixels are around each.
    /// - Throws: `LogError` if the picture would be too large.
    static func layOut(_ images: [LoggedImage], columns: Int, padding: Int) throws -> LoggedImage {
        let columns = min(max(columns, 1), images.count)
        let rows = (images.count + columns - 1) / max(columns, 1)
        let cellWidth = (images.map(\.width).max() ?? 1) + padding
        let cellHeight = (images.map(\.height).max() ?? 1) + padding
        let (width, height) = (columns * cellWidth + padding, rows * cellHeight + padding)
        let channels = channelCount(for: images)
        guard max(width, height) <= LoggedImage.greatestSize, width * height * channels <= 1 << 29 else {
            throw TensorBoardError(
                "\(images.count) images of up to \(cellWidth - padding) x \(cellHeight - padding) pixels make a picture of "
                    + "\(width) x \(height), which is too large: log fewer or smaller ones")
        }
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        for (index, image) in images.enumerated() {
            let source = converted(image, to: channels)
            let left = padding + index % columns * cellWidth
            let top = padding + index / columns * cellHeight
            let count = image.width * channels
            for y in 0..<image.height {
                let start = ((top + y) * width + left) * channels
                pixels.replaceSubrange(start..<start + count, with: source[y * count..<(y + 1) * count])
            }
        }
        return try LoggedImage(pixels: pixels, width: width, height: height, channels: channels)
    }

    private static func channelCount(for images: [LoggedImage]) -> Int {
        let isColored = images.contains { $0.channels > 2 }
        let isTransparent = images.contains { $0.channels % 2 == 0 }
        return (isColored ? 3 : 1) + (isTransparent ? 1 : 0)
    }

    private static func converted(_ image: LoggedImage, to channels: Int) -> [UInt8] {
        let pixels = image.pixels ?? []
        guard image.channels != channels else { return pixels }
        var result: [UInt8] = []
        result.reserveCapacity(image.width * image.height * channels)
        for start in stride(from: 0, to: pixels.count, by: image.channels) {
            let isGray = image.channels < 3
            let colors = channels < 3 ? 1 : 3
            for color in 0..<colors { result.append(pixels[start + (isGray ? 0 : color)]) }
            if channels % 2 == 0 {
                result.append(image.channels % 2 == 0 ? pixels[start + image.channels - 1] : 255)
            }
        }
        return result
    }
}
