import Torch

/// The greatest elements of as many windows as the output shall have places, whatever the input's size.
///
/// Takes `[N, C, L]` or `[C, L]`.
public final class AdaptiveMaxPool1d: AdaptiveMaxPooling {
    /// - Parameter outputSize: the length of the output.
    /// - Throws: `TorchError` where it is not positive.
    public init(_ outputSize: Int) throws {
        try super.init([outputSize])
    }
}
