import CImages
import Foundation
import Torch

/// An image file whose header was read: its size and format are known, and its pixels, or a part of them, can be
/// decoded.
///
/// ```swift
/// let file = try ImageFile(path: "photo.jpg")
/// print(file.size.width, file.size.height)
/// let face = try file.decode(region: ImageRegion(top: 40, left: 60, height: 128, width: 128))
/// ```
public struct ImageFile: Sendable {
    /// The file; `nil` for bytes in memory.
    public let path: String?
    /// The format of its contents, which its name may contradict.
    public let format: ImageFormat
    /// The size of the decoded image: upright, unless the options say otherwise.
    public let size: ImageSize
    /// The size in which the pixels are stored.
    public let storedSize: ImageSize
    /// How the stored pixels are turned to be upright.
    public let orientation: ImageOrientation
    /// The number of channels in the file: 1 for gray, 2 with opacity, 3 for RGB, 4 with opacity.
    public let channelCount: Int
    /// The number of bits of a sample, 8 or 16. Fewer than 8 become 8.
    public let bitDepth: Int
    /// How the image is decoded.
    public let options: DecodingOptions
    private let bytes: [UInt8]

    /// Reads a file, and its header.
    ///
    /// - Throws: `ImageError` if the file cannot be read, is no image or exceeds a limit.
    public init(path: String, _ options: DecodingOptions = DecodingOptions()) throws {
        try self.init(path: path, bytes: ImageBytes.read(path, limit: options.limits.byteCount), options)
    }

    /// Reads a file, and its header.
    ///
    /// - Throws: as `init(path:_:)`.
    public init(_ url: URL, _ options: DecodingOptions = DecodingOptions()) throws {
        try self.init(path: url.path, options)
    }

    /// Reads the header of a file in memory.
    ///
    /// - Throws: as `init(path:_:)`.
    public init(data: Data, _ options: DecodingOptions = DecodingOptions()) throws {
        try self.init(path: nil, bytes: Array(data), options)
    }

    /// Reads the header of a file in memory.
    ///
    /// - Parameter path: what the bytes are called in errors, and whose extension is compared with them.
    /// - Throws: as `init(path:_:)`.
    public init(path: String? = nil, bytes: [UInt8], _ options: DecodingOptions = DecodingOptions()) throws {
        func failure(_ kind: ImageError.Kind, _ reason: String) -> ImageError {
            ImageError(path: path, kind: kind, reason: reason)
        }
        guard let format = ImageFormat(bytes: bytes) else {
            let isCut = bytes.isEmpty
            throw failure(isCut ? .truncated : .unknownFormat, ImageFormat.guess(bytes))
        }
        if options.requiresMatchingName, let path, ImageFormat(fileName: path) != format {
            throw failure(
                .mislabeled,
                "it is a \(format.rawValue), and its name does not end in "
                    + format.extensions.map { ".\($0)" }.joined(separator: " or "))
        }
        var header = CIHeader()
        try ImageFile.report(path) { report in
            bytes.withUnsafeBufferPointer { format.readHeader($0.baseAddress, $0.count, &header, &report) }
        }
        let (width, height) = (Int(header.width), Int(header.height))
        let limits = options.limits
        guard max(width, height) <= limits.side, width * height <= limits.pixelCount else {
            throw failure(
                .tooLarge,
                "it has \(width) x \(height) pixels, and the limits are \(limits.pixelCount) pixels and \(limits.side) to "
                    + "a side: ImageLimits sets others")
        }
        // So that memory is only taken for pixels that can be there.
        guard options.acceptsDamage || header.leastByteCount <= bytes.count else {
            throw failure(
                .truncated,
                "it ends before its last pixel: it has \(bytes.count) bytes, and \(width) x \(height) pixels take "
                    + "\(header.leastByteCount) or more")
        }
        (self.path, self.format, self.options, self.bytes) = (path, format, options, bytes)
        storedSize = ImageSize(height: height, width: width)
        orientation = ImageOrientation(rawValue: Int(header.orientation)) ?? .upright
        size = options.appliesOrientation ? orientation.turn(storedSize) : storedSize
        channelCount = Int(header.channels)
        bitDepth = 8 * Int(header.sampleBytes)
    }

    /// Decodes the image, or a part of it: `uint8[C, H, W]`, or `uint16` for samples of 16 bits. In memory the channels
    /// of a pixel are side by side.
    ///
    /// Only the region of a JPEG is decoded, with the same pixels as in the whole image, to the bit. What comes after
    /// the region in the file is not read, so damage there goes unnoticed.
    ///
    /// - Parameters:
    ///   - region: the part, in pixels of the upright image; `nil` for all of it.
    ///   - least: the size that is needed, if the image becomes smaller afterwards. With the option `scale: .reduced`,
    ///     a JPEG is decoded at a half, a quarter or an eighth if it is at least as large as that then.
    /// - Throws: `ImageError` if the file is damaged or ends too early, or the region is not inside the image.
    public func decode(region: ImageRegion? = nil, atLeast least: ImageSize? = nil) throws -> Tensor {
        try decodeWithWarning(region: region, atLeast: least).image
    }

    /// Decodes the image as `decode` does, and also returns the decoder's first warning; `nil` if there was none.
    public func decodeWithWarning(
        region: ImageRegion? = nil, atLeast least: ImageSize? = nil
    ) throws -> (image: Tensor, warning: String?) {
        var request = try request(region, atLeast: least)
        let turned = options.appliesOrientation && orientation.swapsSides
        let height = Int(turned ? request.width : request.height)
        let width = Int(turned ? request.height : request.width)
        let pixels = try Tensor.empty(
            [height, width, Int(request.channels)], dtype: request.sampleBytes == 2 ? .uint16 : .uint8)
        let warning = try pixels.withMutableMemory { memory in
            try ImageFile.report(path) { report in
                bytes.withUnsafeBufferPointer { bytes in
                    format.decode(
                        bytes.baseAddress, bytes.count, &request, memory.baseAddress, memory.count, &report)
                }
            }
        }
        return (try pixels.permute([2, 0, 1]), warning)
    }

    /// What the decoder is asked for.
    private func request(_ region: ImageRegion?, atLeast least: ImageSize?) throws -> CIRequest {
        let all = ImageRegion(top: 0, left: 0, height: size.height, width: size.width)
        let region = region ?? all
        guard region.top >= 0, region.left >= 0, region.height > 0, region.width > 0,
            region.height <= size.height - region.top, region.width <= size.width - region.left
        else {
            throw ImageError(
                path: path, kind: .argument,
                reason:
                    "the region of \(region.height) x \(region.width) at (\(region.top), \(region.left)) does not lie "
                    + "in the \(size.height) x \(size.width) pixels of the image")
        }
        let turn = options.appliesOrientation ? orientation : .upright
        var stored = turn.stored(region, in: storedSize)
        let scale = scale(of: stored, atLeast: least.map(turn.turn))
        if scale > 1 { stored = stored.reduced(by: scale, in: storedSize) }
        var request = CIRequest()
        request.top = Int32(stored.top)
        request.left = Int32(stored.left)
        request.height = Int32(stored.height)
        request.width = Int32(stored.width)
        request.scale = Int32(scale)
        request.channels = Int32(options.mode.channelCount ?? channelCount)
        request.sampleBytes = bitDepth == 16 && options.depth == .stored ? 2 : 1
        request.orientation = Int32(turn.rawValue)
        request.acceptsDamage = options.acceptsDamage
        return request
    }

    /// How many times smaller a part of the stored image may be decoded.
    private func scale(of region: ImageRegion, atLeast least: ImageSize?) -> Int {
        guard options.scale == .reduced, format == .jpeg, let least else { return 1 }
        // Divided, since a product with any number may be too large.
        return [8, 4, 2].first { region.height / $0 >= least.height && region.width / $0 >= least.width } ?? 1
    }

    /// Runs `body` with a new report, and throws what it reports, or returns the first warning.
    @discardableResult
    private static func report(_ path: String?, _ body: (inout CIReport) -> Bool) throws -> String? {
        var report = CIReport()
        guard body(&report) else { throw ImageError(path, report) }
        return report.warningCount == 0 ? nil : report.firstWarning
    }
}

extension ImageRegion {
    /// The region in an image of this size that is made `scale` times smaller: all pixels that it has a part in.
    fileprivate func reduced(by scale: Int, in size: ImageSize) -> ImageRegion {
        func range(_ start: Int, _ count: Int, of size: Int) -> (start: Int, count: Int) {
            let end = min((start + count + scale - 1) / scale, (size + scale - 1) / scale)
            return (start / scale, end - start / scale)
        }
        let rows = range(top, height, of: size.height)
        let columns = range(left, width, of: size.width)
        return ImageRegion(top: rows.start, left: columns.start, height: rows.count, width: columns.count)
    }
}
