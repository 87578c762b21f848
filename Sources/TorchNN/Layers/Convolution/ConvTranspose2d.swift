import Torch

/// Transposed convolution in two dimensions: what undoes the shapes of `Conv2d`, also called deconvolution.
///
/// Takes `[N, inChannels, H, W]` or `[inChannels, H, W]`; the height of the output is
/// (H - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1, the width likewise. Weight and bias are
/// drawn evenly from ±1/√(outChannels / groups · the kernel's places), as PyTorch draws them.
public final class ConvTranspose2d: TransposedConvolution<Pair> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Pair`, as are the others.
    ///   - padding: how much is cut off each side of the output.
    ///   - outputPadding: how much longer the output is at its end; less than stride or dilation.
    ///   - groups: into how many groups the channels fall, each output depending on its group's inputs alone.
    ///   - bias: whether there is a bias.
    ///   - dilation: how far the kernel's places are apart.
    /// - Throws: `TorchError` for sizes that are not positive, or groups that do not divide the channels.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some PairConvertible, stride: some PairConvertible = 1,
        padding: some PairConvertible = 0, outputPadding: some PairConvertible = 0, groups: Int = 1,
        bias: Bool = true, dilation: some PairConvertible = 1
    ) throws {
        try super.init(
            inChannels, outChannels, kernel: kernelSize.pair, stride: stride.pair, padding: padding.pair,
            outputPadding: outputPadding.pair, groups: groups, bias: bias, dilation: dilation.pair)
    }
}
