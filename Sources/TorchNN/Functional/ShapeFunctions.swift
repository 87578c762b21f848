import Torch

/// Makes `upscaleFactor`² channels one image that many times as high and wide: `[…, C·r², H, W]` to `[…, C, H·r, W·r]`.
public func pixelShuffle(_ input: Tensor, upscaleFactor: Int) throws -> Tensor {
    try requirePositive([upscaleFactor], "pixel_shuffle", "factor")
    return try Tensor.pixelShuffle(input, upscaleFactor: upscaleFactor)
}

/// Reverses `pixelShuffle`: `[…, C, H·r, W·r]` to `[…, C·r², H, W]`.
public func pixelUnshuffle(_ input: Tensor, downscaleFactor: Int) throws -> Tensor {
    try requirePositive([downscaleFactor], "pixel_unshuffle", "factor")
    return try Tensor.pixelUnshuffle(input, downscaleFactor: downscaleFactor)
}

/// Mixes the channels of `groups` groups: the first of each, then the second of each, and so on. `[N, C, …]`.
public func channelShuffle(_ input: Tensor, groups: Int) throws -> Tensor {
    try requirePositive([groups], "channel_shuffle", "number of groups")
    return try Tensor.channelShuffle(input, groups: groups)
}

/// Extracts the blocks of images that a convolution would see: `[N, C, H, W]` to `[N, C·kernel elements, blocks]`.
public func unfold(
    _ input: Tensor, kernelSize: some PairConvertible, dilation: some PairConvertible = 1,
    padding: some PairConvertible = 0, stride: some PairConvertible = 1
) throws -> Tensor {
    try Tensor.im2col(
        input, kernelSize: kernelSize.pair.sizes, dilation: dilation.pair.sizes, padding: padding.pair.sizes,
        stride: stride.pair.sizes)
}

/// Adds up blocks to images, each at the position from which `unfold` extracts it: `[N, C·kernel elements, blocks]` to
/// `[N, C, H, W]`.
public func fold(
    _ input: Tensor, outputSize: some PairConvertible, kernelSize: some PairConvertible,
    dilation: some PairConvertible = 1, padding: some PairConvertible = 0, stride: some PairConvertible = 1
) throws -> Tensor {
    try Tensor.col2im(
        input, outputSize: outputSize.pair.sizes, kernelSize: kernelSize.pair.sizes, dilation: dilation.pair.sizes,
        padding: padding.pair.sizes, stride: stride.pair.sizes)
}

/// The cosine of the angle between vectors along `dim`: x₁·x₂ / max(|x₁|·|x₂|, eps).
public func cosineSimilarity(_ x1: Tensor, _ x2: Tensor, dim: Int = 1, eps: Double = 1e-8) throws -> Tensor {
    try Tensor.cosineSimilarity(x1, x2, dim: dim, eps: eps)
}

/// The distances of all pairs of rows of `[N, M]`, each pair once: `[N·(N - 1) / 2]`.
///
/// - Parameter p: the power of the norm, not negative.
public func pdist(_ input: Tensor, p: Double = 2) throws -> Tensor {
    try Tensor.pdist(input, p: p)
}

/// The norm of x₁ - x₂ + eps over the last dimension.
public func pairwiseDistance(
    _ x1: Tensor, _ x2: Tensor, p: Double = 2, eps: Double = 1e-6, keepDim: Bool = false
) throws -> Tensor {
    try Tensor.pairwiseDistance(x1, x2, p: p, eps: eps, keepDim: keepDim)
}
