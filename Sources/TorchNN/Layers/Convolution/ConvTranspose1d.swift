import Torch

/// Transposed convolution in one dimension: what undoes the shapes of `Conv1d`, also called deconvolution.
///
/// Takes `[N, inChannels, L]` or `[inChannels, L]`; the length of the output is
/// (L - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1. Weight and bias are
/// drawn evenly from ±1/√(outChannels / groups · the kernel's places), as PyTorch draws them.
public final class ConvTranspose1d: TransposedConvolution<Int> {
    /// - Parameters:
    ///   - padding: how much is cut off each side of the output.
    ///   - outputPadding: how much longer the output is at its end; less than stride or dilation.
    ///   - groups: into how many groups the channels fall, each output depending on its group's inputs alone.
    ///   - bias: whether there is a bias.
    ///   - dilation: how far the kernel's places are apart.
    /// - Throws: `TorchError` for sizes that are not positive, or groups that do not divide the channels.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1,
        padding: Int = 0, outputPadding: Int = 0, groups: Int = 1,
        bias: Bool = true, dilation: Int = 1
    ) throws {
        try super.init(
            inChannels, outChannels, kernel: kernelSize, stride: stride, padding: padding,
            outputPadding: outputPadding, groups: groups, bias: bias, dilation: dilation)
    }
}
