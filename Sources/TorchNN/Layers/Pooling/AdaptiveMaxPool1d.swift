import Torch

/// The greatest elements of as many windows as the output shall have places, whatever the input's size.
///
/// Takes `[N, C, L]` or `[C, L]`.
public final class AdaptiveMaxPool1d: AdaptivePooling, Layer {
    /// - Parameter outputSize: the length of the output.
    /// - Throws: `TorchError` where it is not positive.
    public init(_ outputSize: Int) throws {
        try super.init([outputSize])
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
