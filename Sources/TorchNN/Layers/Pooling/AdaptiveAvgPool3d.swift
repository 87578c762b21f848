import Torch

/// The means of as many windows as the output shall have places, whatever the input's size.
///
/// Takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class AdaptiveAvgPool3d: AdaptiveAveragePooling {
    /// - Parameter outputSize: the size of the output, a number or a `Triple`.
    /// - Throws: `TorchError` where it is not positive.
    public init(_ outputSize: some TripleConvertible) throws {
        try super.init(outputSize.triple.sizes)
    }

    /// An output with the input's size where a size is nil.
    public init(depth: Int?, height: Int?, width: Int?) throws {
        try super.init([depth, height, width])
    }
}
