import Torch

/// The means of as many windows as the output shall have places, whatever the input's size.
///
/// Takes `[N, C, H, W]` or `[C, H, W]`.
public final class AdaptiveAvgPool2d: AdaptiveAveragePooling {
    /// - Parameter outputSize: the size of the output, a number or a `Pair`.
    /// - Throws: `TorchError` where it is not positive.
    public init(_ outputSize: some PairConvertible) throws {
        try super.init(outputSize.pair.sizes)
    }

    /// An output with the input's size where a size is nil.
    public init(height: Int?, width: Int?) throws {
        try super.init([height, width])
    }
}
