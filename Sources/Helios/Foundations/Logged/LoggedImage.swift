import Foundation

/// An image for a logger: pixels, or the bytes of a PNG file.
public struct LoggedImage: Sendable, Hashable {
    /// The pixels as bytes, row by row, with the channels of a pixel next to each other; `nil` for the bytes of a PNG
    /// file.
    public let pixels: [UInt8]?
    /// The bytes of a PNG file; `nil` for pixels.
    public let png: Data?
    /// The width in pixels.
    public let width: Int
    /// The height in pixels.
    public let height: Int
    /// 1 for gray, 2 for gray with opacity, 3 for RGB, 4 for RGB with opacity.
    public let channels: Int

    /// The maximum width and height.
    public static let greatestSize = 1 << 15

    var byteCount: Int { pixels?.count ?? png?.count ?? 0 }

    /// Creates an image from pixels.
    ///
    /// - Parameters:
    ///   - pixels: `height * width * channels` bytes, row by row, with the channels of a pixel next to each other.
    /// - Throws: `LogError` if the numbers do not fit.
    public init(pixels: [UInt8], width: Int, height: Int, channels: Int) throws {
        let sizes = 1...LoggedImage.greatestSize
        guard sizes.contains(width), sizes.contains(height) else {
            throw LogError(
                "an image must be from 1 to \(sizes.upperBound) pixels wide and high, not \(width) x \(height)")
        }
        guard (1...4).contains(channels) else {
            throw LogError("an image has 1 to 4 channels, not \(channels)")
        }
        guard pixels.count == width * height * channels else {
            throw LogError(
                "an image of \(width) x \(height) pixels with \(channels) channels has \(width * height * channels) bytes, "
                    + "not \(pixels.count)")
        }
        (self.pixels, png) = (pixels, nil)
        (self.width, self.height, self.channels) = (width, height, channels)
    }

    /// Creates an image from a PNG file, such as a figure drawn by another library.
    ///
    /// - Throws: `LogError` if the bytes do not begin like a PNG file.
    public init(png: Data) throws {
        // A signature of 8 bytes, then the header: length, "IHDR", width, height, depth, color type, 3 more, checksum.
        let bytes = [UInt8](png.prefix(33))
        guard bytes.count == 33, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
            Array(bytes[12..<16]) == Array("IHDR".utf8)
        else { throw LogError("this is no PNG file: LoggedImage(png:) needs one, and .image(_:) takes a tensor") }
        func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        let (width, height) = (number(at: 16), number(at: 20))
        let sizes = 1...LoggedImage.greatestSize
        guard sizes.contains(width), sizes.contains(height) else {
            throw LogError(
                "an image must be from 1 to \(sizes.upperBound) pixels wide and high, not \(width) x \(height)")
        }
        let channels = [0: 1, 2: 3, 3: 3, 4: 2, 6: 4][Int(bytes[25])]
        guard let channels else { throw LogError("a PNG file has no color type \(bytes[25])") }
        (pixels, self.png) = (nil, png)
        (self.width, self.height, self.channels) = (width, height, channels)
    }

    /// Creates an image from a tensor.
    ///
    /// - Parameter tensor: `[C, H, W]` with 1 to 4 channels, or `[H, W]`. The values are from 0 to 1 for a
    ///   floating-point type, from 0 to 255 for `uint8`, and `false` (black) and `true` (white) for `bool`. Values
    ///   outside this range are clipped, and those that are not a number are black.
    /// - Throws: `LogError` for another shape or type.
    public init(_ tensor: Tensor) throws {
        var tensor = tensor
        if tensor.shape.count == 2 { tensor = try tensor.unsqueeze(dim: 0) }
        guard tensor.shape.count == 3, (1...4).contains(tensor.shape[0]) else {
            throw LogError(
                "an image is a tensor [C, H, W] with 1 to 4 channels, or [H, W], not \(tensor.shape)"
                    + (tensor.shape.count == 3 && (1...4).contains(tensor.shape[2])
                        ? ": permute(2, 0, 1) makes [C, H, W] of [H, W, C]" : "")
                    + (tensor.shape.count == 4 ? ": .images(_:) takes several" : ""))
        }
        let bytes: Tensor
        switch tensor.dtype {
        case .uint8: bytes = tensor
        case .bool: bytes = try tensor.to(.uint8) * 255
        case .float16, .bfloat16, .float32, .float64:
            let scaled = try tensor.detach().to(.float32).nanToNum(nan: 0, posinf: 1, neginf: 0).clamp(min: 0, max: 1)
            bytes = try (scaled * 255).round().to(.uint8)
        default:
            throw LogError(
                "an image has floating-point numbers from 0 to 1, uint8 from 0 to 255, or bool, not \(tensor.dtype)")
        }
        let pixels = try bytes.permute([1, 2, 0]).contiguous().flatten().to(.cpu)
        try self.init(
            pixels: pixels.array(UInt8.self), width: tensor.shape[2], height: tensor.shape[1],
            channels: tensor.shape[0])
    }
}
