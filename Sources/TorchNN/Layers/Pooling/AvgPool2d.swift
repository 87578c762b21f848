import Torch

/// The mean of each window of an image.
///
/// Takes `[N, C, H, W]` or `[C, H, W]`; the height of the output is
/// ⌊(H + 2·padding - kernel) / stride⌋ + 1, the width likewise.
public final class AvgPool2d: AveragePooling<Pair> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Pair`, as are the others.
    ///   - stride: how far the windows are apart; the kernel's size where nil.
    ///   - padding: zeros on each side; at most half of the kernel's size.
    ///   - ceilMode: whether a window may begin inside and end outside.
    ///   - countIncludePad: whether the padding's zeros count in the mean.
    ///   - divisorOverride: what the sums are divided by, in place of the number of places.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil, padding: some PairConvertible = 0,
        ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
    ) throws {
        try super.init(
            kernel: kernelSize.pair, stride: stride?.pair, padding: padding.pair, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: divisorOverride)
    }
}
