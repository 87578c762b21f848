import Torch

/// Convolution in three dimensions: each output channel is the sum of the input channels, each filtered by a kernel.
///
/// Takes `[N, inChannels, D, H, W]` or `[inChannels, D, H, W]`; the depth of the output is
/// ⌊(D + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, height and width likewise. Weight and bias are drawn
/// evenly from ±1/√(inChannels / groups · the kernel's places), as PyTorch draws them.
public final class Conv3d: Convolution<Triple> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Triple`, as are stride and dilation.
    ///   - padding: on each side: a number, a `Triple`, `.same` or `.valid`.
    ///   - dilation: how far the kernel's places are apart.
    ///   - groups: into how many groups the channels fall, each output depending on its group's inputs alone.
    ///   - bias: whether there is a bias.
    ///   - paddingMode: what stands around the input.
    /// - Throws: `TorchError` for sizes that are not positive, groups that do not divide the channels, or a padding of
    ///   `.same` with a stride.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some TripleConvertible, stride: some TripleConvertible = 1,
        padding: some PaddingConvertible = 0, dilation: some TripleConvertible = 1, groups: Int = 1, bias: Bool = true,
        paddingMode: PaddingMode = .zeros
    ) throws {
        try super.init(
            inChannels, outChannels, kernel: kernelSize.triple, stride: stride.triple, padding: padding.padding,
            dilation: dilation.triple, groups: groups, bias: bias, paddingMode: paddingMode)
    }
}
