import Torch

/// Convolution in one dimension: each output channel is the sum of the input channels, each filtered by a kernel.
///
/// Takes `[N, inChannels, L]` or `[inChannels, L]`; the length of the output is
/// ⌊(L + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1. Weight and bias are drawn evenly from
/// ±1/√(inChannels / groups · kernel), as PyTorch draws them.
public final class Conv1d: Convolution<Int> {
    /// - Parameters:
    ///   - padding: on each side: a number, `.same` or `.valid`.
    ///   - dilation: how far the kernel's places are apart.
    ///   - groups: into how many groups the channels fall, each output depending on its group's inputs alone.
    ///   - bias: whether there is a bias.
    ///   - paddingMode: what stands around the input.
    /// - Throws: `TorchError` for sizes that are not positive, groups that do not divide the channels, or a padding of
    ///   `.same` with a stride.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: some PaddingConvertible = 0,
        dilation: Int = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros
    ) throws {
        try super.init(
            inChannels, outChannels, kernel: kernelSize, stride: stride, padding: padding.padding,
            dilation: dilation, groups: groups, bias: bias, paddingMode: paddingMode)
    }
}
