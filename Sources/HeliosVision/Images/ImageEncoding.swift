import CImages
import Foundation
import Torch

/// How many pixels of a JPEG share a color. Each has its own brightness.
public enum ChromaSubsampling: Sendable, Hashable {
    /// None: 4:4:4.
    case none
    /// Two side by side: 4:2:2.
    case pairs
    /// Squares of four: 4:2:0.
    case squares

    fileprivate var factors: (horizontal: Int32, vertical: Int32) {
        switch self {
        case .none: (1, 1)
        case .pairs: (2, 1)
        case .squares: (2, 2)
        }
    }
}

/// A format that images are written in, with its options.
public enum ImageEncoding: Sendable, Hashable {
    /// PNG, which loses nothing; `compression` is from 0 (none) to 9 (the smallest and slowest).
    case png(compression: Int = 6)
    /// JPEG; `quality` is from 1 to 100. A progressive file shows the whole image early while it is loaded.
    case jpeg(quality: Int = 75, subsampling: ChromaSubsampling = .squares, progressive: Bool = false)

    /// The encoding for the extension of a file's name, with its usual options.
    ///
    /// - Throws: `ImageError` if files with this extension cannot be written.
    public init(fileName: String) throws {
        switch ImageFormat(fileName: fileName) {
        case .png: self = .png()
        case .jpeg: self = .jpeg()
        default:
            throw ImageError(
                path: fileName, kind: .argument,
                reason: "its name does not say whether to write PNG or JPEG: let it end in .png or .jpg, or give the "
                    + "encoding")
        }
    }
}

extension Images {
    /// The bytes of an image file.
    ///
    /// - Parameters:
    ///   - image: `uint8[C, H, W]`: for PNG with 1 to 4 channels (gray, gray and opacity, RGB, RGB and opacity) or
    ///     `uint16`; for JPEG with 1 or 3. `picture(of:range:)` makes one of other tensors.
    /// - Throws: `ImageError` if the format has no such images, or an option is out of its range.
    public static func encode(_ image: Tensor, as encoding: ImageEncoding = .png()) throws -> Data {
        try withEncoded(image, encoding) { bytes in Data(bytes) }
    }

    /// Lets `body` use the bytes of an image file.
    static func withEncoded<Result>(
        _ image: Tensor, _ encoding: ImageEncoding, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        func failure(_ reason: String) -> ImageError { ImageError(path: nil, kind: .argument, reason: reason) }
        let shape = image.shape
        let sides = 1...65_535
        guard shape.count == 3, shape[1] > 0, shape[2] > 0, (1...4).contains(shape[0]),
            image.dtype == .uint8 || image.dtype == .uint16
        else {
            throw failure(
                "an image file is made of uint8[C, H, W] with 1 to 4 channels, not of \(image.dtype)\(shape): "
                    + "Images.picture(of:) makes one of other tensors")
        }
        let (channels, height, width) = (shape[0], shape[1], shape[2])
        let sampleBytes = image.dtype == .uint16 ? 2 : 1
        guard Int32(exactly: width * channels * sampleBytes) != nil, Int32(exactly: height) != nil else {
            throw failure("\(width) x \(height) pixels are too many for an image file")
        }
        // Only a copy if the channels of a pixel are not side by side.
        let pixels = try image.detach().to(.cpu).permute([1, 2, 0]).contiguous()
        return try pixels.withMemory { memory in
            let rowBytes = width * channels * sampleBytes
            let start = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
            var (encoded, report) = (CIEncoded(), CIReport())
            let isEncoded: Bool
            switch encoding {
            case .png(let compression):
                guard (0...9).contains(compression) else {
                    throw failure("the compression of a PNG is from 0 to 9, not \(compression)")
                }
                isEncoded = ci_png_encode(
                    start, rowBytes, Int32(width), Int32(height), Int32(channels), Int32(sampleBytes),
                    Int32(compression), &encoded, &report)
            case .jpeg(let quality, let subsampling, let progressive):
                guard (1...100).contains(quality) else {
                    throw failure("the quality of a JPEG is from 1 to 100, not \(quality)")
                }
                guard channels % 2 == 1, sampleBytes == 1 else {
                    throw failure(
                        "a JPEG is gray or RGB with samples of 8 bits, and has no opacity: not \(image.dtype)\(shape)")
                }
                guard sides.contains(width), sides.contains(height) else {
                    throw failure("a JPEG has up to 65,535 pixels to a side, not \(width) x \(height)")
                }
                let (horizontal, vertical) = subsampling.factors
                isEncoded = ci_jpeg_encode(
                    start, rowBytes, Int32(width), Int32(height), Int32(channels), Int32(quality), horizontal, vertical,
                    progressive, &encoded, &report)
            }
            guard isEncoded else {
                let error = ImageError(nil, report)
                throw ImageError(path: nil, kind: error.kind, reason: "cannot be encoded: \(report.reason)")
            }
            defer { ci_encoded_free(&encoded) }
            return try body(UnsafeRawBufferPointer(start: encoded.bytes, count: encoded.count))
        }
    }
}
