import Torch

/// Convolution in one dimension.
///
/// - Parameters:
///   - input: `[N, in, L]`, or `[in, L]`.
///   - weight: `[out, in / groups, kernel]`.
///   - bias: `[out]`.
///   - padding: the zeros around the input: a number, `.same`, or `.valid`.
public func conv1d(
    _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: some PaddingConvertible = 0,
    dilation: Int = 1, groups: Int = 1
) throws -> Tensor {
    try convolution(
        input, weight: weight, bias: bias, stride: [stride], padding: padding.padding, dilation: [dilation],
        groups: groups)
}

/// Convolution in two dimensions.
///
/// - Parameters:
///   - input: `[N, in, H, W]`, or `[in, H, W]`.
///   - weight: `[out, in / groups, kernel height, kernel width]`.
///   - bias: `[out]`.
///   - padding: the zeros around the input: a number, a `Pair`, `.same`, or `.valid`.
public func conv2d(
    _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: some PairConvertible = 1,
    padding: some PaddingConvertible = 0, dilation: some PairConvertible = 1, groups: Int = 1
) throws -> Tensor {
    try convolution(
        input, weight: weight, bias: bias, stride: stride.pair.sizes, padding: padding.padding,
        dilation: dilation.pair.sizes, groups: groups)
}

/// Convolution in three dimensions.
///
/// - Parameters:
///   - input: `[N, in, D, H, W]`, or `[in, D, H, W]`.
///   - weight: `[out, in / groups, kernel depth, kernel height, kernel width]`.
///   - bias: `[out]`.
///   - padding: the zeros around the input: a number, a `Triple`, `.same`, or `.valid`.
public func conv3d(
    _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: some TripleConvertible = 1,
    padding: some PaddingConvertible = 0, dilation: some TripleConvertible = 1, groups: Int = 1
) throws -> Tensor {
    try convolution(
        input, weight: weight, bias: bias, stride: stride.triple.sizes, padding: padding.padding,
        dilation: dilation.triple.sizes, groups: groups)
}

/// The transposed convolution in one dimension: the gradient of `conv1d` with respect to its input, as an operation.
///
/// - Parameters:
///   - input: `[N, in, L]`, or `[in, L]`.
///   - weight: `[in, out / groups, kernel]`.
///   - bias: `[out]`.
///   - padding: how much to cut off each side of the output.
///   - outputPadding: how much longer the output is at its end.
public func convTranspose1d(
    _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    groups: Int = 1, dilation: Int = 1
) throws -> Tensor {
    try Tensor.convTranspose1d(
        input, weight: weight, bias: bias, stride: [stride], padding: [padding], outputPadding: [outputPadding],
        groups: groups, dilation: [dilation])
}

/// The transposed convolution in two dimensions: the gradient of `conv2d` with respect to its input, as an operation.
///
/// - Parameters:
///   - input: `[N, in, H, W]`, or `[in, H, W]`.
///   - weight: `[in, out / groups, kernel height, kernel width]`.
///   - bias: `[out]`.
///   - padding: how much to cut off each side of the output.
///   - outputPadding: how much longer the output is at its end.
public func convTranspose2d(
    _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: some PairConvertible = 1,
    padding: some PairConvertible = 0, outputPadding: some PairConvertible = 0, groups: Int = 1,
    dilation: some PairConvertible = 1
) throws -> Tensor {
    try Tensor.convTranspose2d(
        input, weight: weight, bias: bias, stride: stride.pair.sizes, padding: padding.pair.sizes,
        outputPadding: outputPadding.pair.sizes, groups: groups, dilation: dilation.pair.sizes)
}

/// The transposed convolution in three dimensions: the gradient of `conv3d` with respect to its input, as an operation.
///
/// - Parameters:
///   - input: `[N, in, D, H, W]`, or `[in, D, H, W]`.
///   - weight: `[in, out / groups, kernel depth, kernel height, kernel width]`.
///   - bias: `[out]`.
///   - padding: how much to cut off each side of the output.
///   - outputPadding: how much longer the output is at its end.
public func convTranspose3d(
    _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: some TripleConvertible = 1,
    padding: some TripleConvertible = 0, outputPadding: some TripleConvertible = 0, groups: Int = 1,
    dilation: some TripleConvertible = 1
) throws -> Tensor {
    try Tensor.convTranspose3d(
        input, weight: weight, bias: bias, stride: stride.triple.sizes, padding: padding.triple.sizes,
        outputPadding: outputPadding.triple.sizes, groups: groups, dilation: dilation.triple.sizes)
}

/// Convolution in one dimension of a sequence, with the batch and the channels after it.
///
/// - Parameters:
///   - input: `[L, N, in]`.
///   - weight: `[kernel, in, out]`.
///   - bias: `[out]`.
///   - pad: zeros on each side.
/// - Returns: `[L + 2·pad - kernel + 1, N, out]`.
public func convTBC(_ input: Tensor, weight: Tensor, bias: Tensor, pad: Int = 0) throws -> Tensor {
    try Tensor.convTbc(input, weight: weight, bias: bias, pad: pad)
}

/// The convolution in as many dimensions as there are strides.
func convolution(
    _ input: Tensor, weight: Tensor, bias: Tensor?, stride: [Int], padding: Padding, dilation: [Int], groups: Int
) throws -> Tensor {
    switch (stride.count, padding) {
    case (1, .sizes(let sizes)):
        try Tensor.conv1d(
            input, weight: weight, bias: bias, stride: stride, padding: sizes, dilation: dilation, groups: groups)
    case (1, .toSameSize), (1, .nothing):
        try Tensor.conv1d(
            input, weight: weight, bias: bias, stride: stride, padding: padding.purpose, dilation: dilation,
            groups: groups)
    case (2, .sizes(let sizes)):
        try Tensor.conv2d(
            input, weight: weight, bias: bias, stride: stride, padding: sizes, dilation: dilation, groups: groups)
    case (2, .toSameSize), (2, .nothing):
        try Tensor.conv2d(
            input, weight: weight, bias: bias, stride: stride, padding: padding.purpose, dilation: dilation,
            groups: groups)
    case (_, .sizes(let sizes)):
        try Tensor.conv3d(
            input, weight: weight, bias: bias, stride: stride, padding: sizes, dilation: dilation, groups: groups)
    case (_, .toSameSize), (_, .nothing):
        try Tensor.conv3d(
            input, weight: weight, bias: bias, stride: stride, padding: padding.purpose, dilation: dilation,
            groups: groups)
    }
}

extension Padding {
    /// A padding without numbers, as the operation knows it.
    var purpose: Tensor.ConvolutionPadding { self == .toSameSize ? .same : .valid }
}
