import Torch

/// The mean of each window of a sequence.
///
/// Takes `[N, C, L]` or `[C, L]`; the length of the output is
/// ⌊(L + 2·padding - kernel) / stride⌋ + 1.
public final class AvgPool1d: AveragePooling<Int> {
    /// - Parameters:
    ///   - stride: how far the windows are apart; the kernel's size where nil.
    ///   - padding: zeros on each side; at most half of the kernel's size.
    ///   - ceilMode: whether a window may begin inside and end outside.
    ///   - countIncludePad: whether the padding's zeros count in the mean.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Int = 0,
        ceilMode: Bool = false, countIncludePad: Bool = true
    ) throws {
        try super.init(
            kernel: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: nil)
    }
}
