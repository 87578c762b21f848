import Helios
import Torch

/// Operations on images, as functions of tensors `[…, C, H, W]`: bytes from 0 to 255, or floating-point numbers from 0
/// to 1.
///
/// Results are those of `torchvision.transforms.v2.functional`. Each function returns a new tensor or a view of the
/// given one, which it never changes. It throws `DataError` for a wrong option or shape, and `TorchError` if there is
/// too little memory.
public enum ImageOperations {}

extension ImageOperations {
    /// The rows and columns of an image, or of masks.
    static func size(of image: Tensor, _ operation: String) throws -> ImageSize {
        let shape = image.shape
        guard shape.count >= 3 else {
            throw DataError("\(operation): an image must be [C, H, W] or [..., C, H, W], not \(shape)")
        }
        return ImageSize(height: shape[shape.count - 2], width: shape[shape.count - 1])
    }

    /// The number of channels, which must be one of `allowed`.
    static func channels(of image: Tensor, _ operation: String, allowed: [Int]) throws -> Int {
        _ = try size(of: image, operation)
        let channels = try image.size(-3)
        guard allowed.contains(channels) else {
            let list = allowed.map(String.init).joined(separator: " or ")
            throw DataError("\(operation): an image must have \(list) channels; the shape is \(image.shape)")
        }
        return channels
    }

    /// The value of full brightness in a type.
    static func maximum(of type: DType, _ operation: String) throws -> Double {
        if type.isFloatingPoint { return 1 }
        guard let bits = valueBits(of: type) else { throw DataError("\(operation): images cannot be of type \(type)") }
        return Double(UInt64(1) << UInt64(bits) - 1)
    }

    /// The bits of a whole number without its sign; `nil` for other types.
    static func valueBits(of type: DType) -> Int? {
        switch type {
        case .bool: 1
        case .uint8: 8
        case .int8: 7
        case .int16: 15
        case .uint16: 16
        case .int32: 31
        case .int64: 63
        default: nil
        }
    }

    /// Throws an error about an option unless `condition` holds.
    static func require(_ condition: Bool, _ operation: String, _ problem: @autoclosure () -> String) throws {
        if !condition { throw DataError("\(operation): \(problem())") }
    }

    /// The image as four dimensions `[N, C, H, W]`.
    static func batched(_ image: Tensor) throws -> Tensor {
        image.dimensionCount == 4 ? image : try image.reshape([-1] + image.shape.suffix(3))
    }

    /// One number for each channel: `[C, 1, 1]`, or `[1, 1, 1]` for all.
    static func perChannel(
        _ values: [Double], of image: Tensor, dtype: DType, _ operation: String, _ option: String
    ) throws -> Tensor {
        let channels = try image.size(-3)
        try require(
            values.count == 1 || values.count == channels, operation,
            "\(option) must have 1 value or one for each of the \(channels) channels, not \(values.count)")
        try require(values.allSatisfy(\.isFinite), operation, "\(option) must be finite numbers, not \(values)")
        return try Tensor(values, shape: [values.count, 1, 1]).to(image.device, dtype)
    }
}
