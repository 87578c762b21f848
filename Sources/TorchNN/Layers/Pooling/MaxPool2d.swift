import Torch

/// The greatest element in each window of an image.
///
/// Takes `[N, C, H, W]` or `[C, H, W]`; the height of the output is
/// ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, the width likewise.
public final class MaxPool2d: MaxPooling<Pair> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Pair`, as are the others.
    ///   - stride: how far the windows are apart; the kernel's size where nil.
    ///   - padding: at most half of the kernel's size; what stands there is never the greatest.
    ///   - dilation: how far the places in a window are apart.
    ///   - ceilMode: whether a window may begin inside and end outside.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil, padding: some PairConvertible = 0,
        dilation: some PairConvertible = 1, ceilMode: Bool = false
    ) throws {
        try super.init(
            kernel: kernelSize.pair, stride: stride?.pair, padding: padding.pair, dilation: dilation.pair,
            ceilMode: ceilMode)
    }
}
