import Foundation
import Torch

/// Reads and writes image files, and makes pictures of tensors.
///
/// ```swift
/// let photo = try Images.load(path: "photo.jpg", .rgb)            // uint8[3, H, W]
/// try Images.save([photo, mask], to: URL(filePath: "both.png"))
/// ```
public enum Images {
    /// Decodes a file: `uint8[C, H, W]`, or `uint16` for samples of 16 bits. In memory the channels of a pixel are side
    /// by side.
    ///
    /// - Throws: `ImageError` if the file cannot be read, is no image, is damaged, or exceeds a limit.
    public static func load(path: String, _ options: DecodingOptions = DecodingOptions()) throws -> Tensor {
        try ImageFile(path: path, options).decode()
    }

    /// Decodes a file.
    ///
    /// - Throws: as `load(path:_:)`.
    public static func load(_ url: URL, _ options: DecodingOptions = DecodingOptions()) throws -> Tensor {
        try ImageFile(url, options).decode()
    }

    /// Decodes a file in memory.
    ///
    /// - Throws: as `load(path:_:)`.
    public static func decode(_ data: Data, _ options: DecodingOptions = DecodingOptions()) throws -> Tensor {
        try ImageFile(data: data, options).decode()
    }

    /// The image with the channels last: `[C, H, W]` becomes `[H, W, C]`, and `[N, C, H, W]` becomes `[N, H, W, C]`. A
    /// view of the same elements.
    ///
    /// - Throws: `ImageError` for another number of dimensions.
    public static func channelsLast(_ image: Tensor) throws -> Tensor {
        switch image.dimensionCount {
        case 3: return try image.permute([1, 2, 0])
        case 4: return try image.permute([0, 2, 3, 1])
        default:
            throw ImageError(
                path: nil, kind: .argument,
                reason: "a tensor \(image.shape) has no channels to move: [C, H, W] and [N, C, H, W] have")
        }
    }
}
