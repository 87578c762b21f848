import Torch

/// Transposed convolution in three dimensions: what undoes the shapes of `Conv3d`, also called deconvolution.
///
/// Takes `[N, inChannels, D, H, W]` or `[inChannels, D, H, W]`; the depth of the output is
/// (D - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1, height and width likewise. Weight and bias are
/// drawn evenly from ±1/√(outChannels / groups · the kernel's places), as PyTorch draws them.
public final class ConvTranspose3d: TransposedConvolution<Triple> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Triple`, as are the others.
    ///   - padding: how much is cut off each side of the output.
    ///   - outputPadding: how much longer the output is at its end; less than stride or dilation.
    ///   - groups: into how many groups the channels fall, each output depending on its group's inputs alone.
    ///   - bias: whether there is a bias.
    ///   - dilation: how far the kernel's places are apart.
    /// - Throws: `TorchError` for sizes that are not positive, or groups that do not divide the channels.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some TripleConvertible, stride: some TripleConvertible = 1,
        padding: some TripleConvertible = 0, outputPadding: some TripleConvertible = 0, groups: Int = 1,
        bias: Bool = true, dilation: some TripleConvertible = 1
    ) throws {
        try super.init(
            inChannels, outChannels, kernel: kernelSize.triple, stride: stride.triple, padding: padding.triple,
            outputPadding: outputPadding.triple, groups: groups, bias: bias, dilation: dilation.triple)
    }
}
