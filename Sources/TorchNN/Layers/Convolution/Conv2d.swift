import Torch

/// Convolution in two dimensions: each output channel is the sum of the input channels, each filtered by a kernel.
///
/// Takes `[N, inChannels, H, W]` or `[inChannels, H, W]`; the height of the output is
/// ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, the width likewise. Weight and bias are drawn evenly from
/// ±1/√(inChannels / groups · kernel height · kernel width), as PyTorch draws them.
public final class Conv2d: Convolution<Pair> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Pair`, as are stride and dilation.
    ///   - padding: on each side: a number, a `Pair`, `.same` or `.valid`.
    ///   - dilation: how far the kernel's places are apart.
    ///   - groups: into how many groups the channels fall, each output depending on its group's inputs alone.
    ///   - bias: whether there is a bias.
    ///   - paddingMode: what stands around the input.
    /// - Throws: `TorchError` for sizes that are not positive, groups that do not divide the channels, or a padding of
    ///   `.same` with a stride.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some PairConvertible, stride: some PairConvertible = 1,
        padding: some PaddingConvertible = 0, dilation: some PairConvertible = 1, groups: Int = 1, bias: Bool = true,
        paddingMode: PaddingMode = .zeros
    ) throws {
        try super.init(
            inChannels, outChannels, kernel: kernelSize.pair, stride: stride.pair, padding: padding.padding,
            dilation: dilation.pair, groups: groups, bias: bias, paddingMode: paddingMode)
    }
}
