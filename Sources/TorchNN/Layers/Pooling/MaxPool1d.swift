import Torch

/// The greatest element in each window of a sequence.
///
/// Takes `[N, C, L]` or `[C, L]`; the length of the output is
/// ⌊(L + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1.
public final class MaxPool1d: MaxPooling<Int> {
    /// - Parameters:
    ///   - stride: how far the windows are apart; the kernel's size where nil.
    ///   - padding: at most half of the kernel's size; what stands there is never the greatest.
    ///   - dilation: how far the places in a window are apart.
    ///   - ceilMode: whether a window may begin inside and end outside.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Int = 0,
        dilation: Int = 1, ceilMode: Bool = false
    ) throws {
        try super.init(
            kernel: kernelSize, stride: stride, padding: padding, dilation: dilation,
            ceilMode: ceilMode)
    }
}
