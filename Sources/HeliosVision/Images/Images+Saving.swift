import Foundation
import Torch
import TorchSerialization

extension Images {
    /// Writes a picture to a file. A reader sees either the old file or the complete new one.
    ///
    /// ```swift
    /// try Images.save(generated, to: URL(filePath: "samples.png"), range: .symmetric)
    /// ```
    /// - Parameters:
    ///   - image: a tensor that `picture(of:range:)` takes. `uint8` is written as it is, and so is `uint16` to a PNG. A
    ///     batch `[N, C, H, W]` becomes a grid.
    ///   - url: the file.
    ///   - encoding: the format; `nil` to choose it by the extension of the file's name.
    ///   - range: which numbers are black and white.
    /// - Throws: `ImageError` if the tensor is no image, the format has no such images, or the file cannot be written.
    public static func save(
        _ image: Tensor, to url: URL, as encoding: ImageEncoding? = nil, range: PixelRange = .unit
    ) throws {
        let path = url.path
        let encoding = try encoding ?? ImageEncoding(fileName: path)
        do {
            var image = image.dimensionCount == 4 && image.shape[0] > 1 ? try grid(image) : image
            if case .png = encoding, image.dtype == .uint16 {
                if image.dimensionCount == 2 { image = try image.unsqueeze(dim: 0) }
            } else {
                image = try picture(of: image, range: range)
            }
            try withEncoded(image, encoding) { try write($0, to: path) }
        } catch let error as ImageError {
            throw ImageError(path: path, kind: error.kind, reason: error.reason)
        }
    }

    /// Writes several pictures to one file, as a grid.
    ///
    /// - Parameters:
    ///   - images: tensors of one shape that `picture(of:range:)` takes.
    ///   - columns: how many are in a row.
    /// - Throws: as `save` for one.
    public static func save(
        _ images: [Tensor], to url: URL, as encoding: ImageEncoding? = nil, range: PixelRange = .unit, columns: Int = 8
    ) throws {
        try save(
            grid(images.map { try picture(of: $0, range: range) }, columns: columns), to: url, as: encoding,
            range: range)
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        do {
            try WholeFile.replace(path, with: bytes)
        } catch {
            throw ImageError(path: path, kind: .inaccessible, reason: error.reason)
        }
    }
}
