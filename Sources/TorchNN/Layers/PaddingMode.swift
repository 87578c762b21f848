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
            let places = (-before..<size + after).map { source(of: $0, in: size) }
            result = try result.indexSelect(dim: dim, index: Tensor(places, device: input.device))
        }
        return result
    }

    /// The place inside that fills a place outside. (Zeros are the convolution's own work.)
    private func source(of place: Int, in size: Int) -> Int {
        switch self {
        case .zeros, .replicate: min(max(place, 0), size - 1)
        case .reflect: place < 0 ? -place : place < size ? place : 2 * (size - 1) - place
        case .circular: place < 0 ? place + size : place < size ? place : place - size
        }
    }
}
