import Torch

/// The mean of each window of a volume.
///
/// Takes `[N, C, D, H, W]` or `[C, D, H, W]`; the depth of the output is
/// ⌊(D + 2·padding - kernel) / stride⌋ + 1, height and width likewise.
public final class AvgPool3d: AveragePooling<Triple> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Triple`, as are the others.
    ///   - stride: how far the windows are apart; the kernel's size where nil.
    ///   - padding: zeros on each side; at most half of the kernel's size.
    ///   - ceilMode: whether a window may begin inside and end outside.
    ///   - countIncludePad: whether the padding's zeros count in the mean.
    ///   - divisorOverride: what the sums are divided by, in place of the number of places.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil, padding: some TripleConvertible = 0,
        ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
    ) throws {
        try super.init(
            kernel: kernelSize.triple, stride: stride?.triple, padding: padding.triple, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: divisorOverride)
    }
}
