import Torch

/// The greatest elements of as many windows as the output shall have places, whatever the input's size.
///
/// Takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class AdaptiveMaxPool3d: AdaptivePooling, Layer {
    /// - Parameter outputSize: the size of the output, a number or a `Triple`.
    /// - Throws: `TorchError` where it is not positive.
    public init(_ outputSize: some TripleConvertible) throws {
        try super.init(outputSize.triple.sizes)
    }

    /// An output with the input's size where a size is nil.
    public init(depth: Int?, height: Int?, width: Int?) throws {
        try super.init([depth, height, width])
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try withIndices(input).output
        }
    }

    /// The output, and where in the input's last dimensions, counted in a row, each element stood.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try adaptiveMaxPooling(input, outputSize: sizes(for: input))
    }
}
