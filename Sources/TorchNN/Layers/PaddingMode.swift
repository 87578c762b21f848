import Torch

/// What a convolution puts around its input.
public enum PaddingMode: String, Sendable {
    case zeros
    /// The input mirrored at its edge, the edge not repeated.
    case reflect
    /// The edge repeated.
    case replicate
    /// The other side's elements.
    case circular
}

extension PaddingMode {
    /// The input with `before` and `after` more places in each of the last two dimensions, filled by the mode.
    func pad(_ input: Tensor, before: Pair, after: Pair) throws -> Tensor {
        var result = input
        for (dim, before, after) in [(-1, before.width, after.width), (-2, before.height, after.height)] {
            guard before > 0 || after > 0 else { continue }
            let size = try input.size(dim)
            let longest = self == .reflect ? size - 1 : size
            guard size > 0, self == .replicate || max(before, after) <= longest else {
                throw TorchError(
                    kind: .shape, operation: "pad", inputs: "\(input.dtype)\(input.shape)",
                    message: "padding by \(max(before, after)) in mode \(rawValue) needs a larger input")
            }
            let places = try Tensor.arange(
                start: .integer(-before), end: .integer(size + after), device: input.device)
            result = try result.indexSelect(dim: dim, index: sources(of: places, in: size))
        }
        return result
    }

    /// The places inside that fill places outside. (Zeros are the convolution's own work.)
    private func sources(of places: Tensor, in size: Int) throws -> Tensor {
        switch self {
        case .zeros, .replicate: try places.clamp(min: 0, max: .integer(size - 1))
        // Mirrored at the first place, then at the last.
        case .reflect: try (size - 1) - ((size - 1) - places.abs()).abs()
        case .circular: try places % size
        }
    }
}
