import Torch

/// The greatest element in each window of a volume.
///
/// Takes `[N, C, D, H, W]` or `[C, D, H, W]`; the depth of the output is
/// ⌊(D + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, height and width likewise.
public final class MaxPool3d: MaxPooling<Triple> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Triple`, as are the others.
    ///   - stride: how far the windows are apart; the kernel's size where nil.
    ///   - padding: at most half of the kernel's size; what stands there is never the greatest.
    ///   - dilation: how far the places in a window are apart.
    ///   - ceilMode: whether a window may begin inside and end outside.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil, padding: some TripleConvertible = 0,
        dilation: some TripleConvertible = 1, ceilMode: Bool = false
    ) throws {
        try super.init(
            kernel: kernelSize.triple, stride: stride?.triple, padding: padding.triple, dilation: dilation.triple,
            ceilMode: ceilMode)
    }
}
