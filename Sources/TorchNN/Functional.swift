import Torch

/// max(x, 0), element by element.
public func relu(_ input: Tensor) throws -> Tensor {
    try input.relu()
}

/// Exponentials that sum to 1 along `dim`.
public func softmax(_ input: Tensor, dim: Int) throws -> Tensor {
    try input.softmax(dim: dim)
}

/// The logarithm of `softmax`, without its loss of precision.
public func logSoftmax(_ input: Tensor, dim: Int) throws -> Tensor {
    try input.logSoftmax(dim: dim)
}

/// Sets elements to zero with probability `p`, and scales the others by 1 / (1 - p).
///
/// - Parameter training: where false, the input comes back as it is.
/// - Throws: `TorchError` for a probability outside 0…1.
public func dropout(_ input: Tensor, p: Double = 0.5, training: Bool = true) throws -> Tensor {
    try Tensor.dropout(input, p: p, train: training)
}

/// x·Wᵀ + b.
///
/// - Parameters:
///   - input: `[…, in]`.
///   - weight: `[out, in]`.
///   - bias: `[out]`.
/// - Returns: `[…, out]`.
public func linear(_ input: Tensor, weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try Tensor.linear(input, weight: weight, bias: bias)
}

/// Convolution in two dimensions.
///
/// - Parameters:
///   - input: `[N, in, H, W]`, or `[in, H, W]`.
///   - weight: `[out, in / groups, kernel height, kernel width]`.
///   - bias: `[out]`.
///   - padding: zeros around the input: a number, a `Pair`, `.same` or `.valid`.
public func conv2d(
    _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: some PairConvertible = 1,
    padding: some PaddingConvertible = 0, dilation: some PairConvertible = 1, groups: Int = 1
) throws -> Tensor {
    switch padding.padding {
    case .size(let size):
        try Tensor.conv2d(
            input, weight: weight, bias: bias, stride: stride.pair.array, padding: size.array,
            dilation: dilation.pair.array, groups: groups)
    case .toSameSize:
        try Tensor.conv2d(
            input, weight: weight, bias: bias, stride: stride.pair.array, padding: "same",
            dilation: dilation.pair.array, groups: groups)
    case .nothing:
        try Tensor.conv2d(
            input, weight: weight, bias: bias, stride: stride.pair.array, padding: "valid",
            dilation: dilation.pair.array, groups: groups)
    }
}

/// The greatest element in each window.
///
/// - Parameters:
///   - input: `[N, C, H, W]`, or `[C, H, W]`.
///   - stride: how far the windows are apart; the kernel's size where nil.
///   - padding: at most half of the kernel's size.
///   - ceilMode: whether a window may begin inside and end outside.
public func maxPool2d(
    _ input: Tensor, kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil,
    padding: some PairConvertible = 0, dilation: some PairConvertible = 1, ceilMode: Bool = false
) throws -> Tensor {
    try Tensor.maxPool2d(
        input, kernelSize: kernelSize.pair.array, stride: (stride ?? kernelSize).pair.array,
        padding: padding.pair.array, dilation: dilation.pair.array, ceilMode: ceilMode)
}

/// (x - mean) / √(variance + eps) · weight + bias, over all dimensions but the second.
///
/// - Parameters:
///   - input: `[N, C, …]`.
///   - runningMean: `[C]`; updated in training, used otherwise.
///   - runningVar: `[C]`, as `runningMean`.
///   - training: whether the batch's own statistics are used.
///   - momentum: how much of the new statistics goes into the running ones.
/// - Throws: `TorchError` of kind `shape` in training with one value for each channel, which has no variance.
public func batchNorm(
    _ input: Tensor, runningMean: Tensor?, runningVar: Tensor?, weight: Tensor? = nil, bias: Tensor? = nil,
    training: Bool = false, momentum: Double = 0.1, eps: Double = 1e-5
) throws -> Tensor {
    let shape = input.shape
    if training && shape.count >= 2 && input.count == shape[1] {
        throw TorchError(
            kind: .shape, operation: "batch_norm", inputs: "\(input.dtype)\(shape)",
            message: "training needs more than one value for each channel: use a larger batch, or drop the last one")
    }
    return try Tensor.batchNorm(
        input, weight: weight, bias: bias, runningMean: runningMean, runningVar: runningVar, training: training,
        momentum: momentum, eps: eps, cudnnEnabled: true)
}
