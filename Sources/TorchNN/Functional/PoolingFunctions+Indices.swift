import Torch

// Pooling that gives the position of each element, and its reverse.

/// `maxPool1d`, and the position of each element in the input's spatial dimensions, which are counted as one dimension.
/// `maxUnpool1d` takes these positions.
public func maxPool1dWithIndices(
    _ input: Tensor, kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1,
    ceilMode: Bool = false
) throws -> (output: Tensor, indices: Tensor) {
    try maxPoolingWithIndices(
        input, kernelSize: [kernelSize], stride: [stride ?? kernelSize], padding: [padding],
        dilation: [dilation], ceilMode: ceilMode)
}

/// `adaptiveMaxPool1d`, and the position of each element in the input's spatial dimensions, which are counted as one
/// dimension.
public func adaptiveMaxPool1dWithIndices(
    _ input: Tensor, outputSize: Int
) throws -> (output: Tensor, indices: Tensor) {
    try adaptiveMaxPooling(input, outputSize: [outputSize])
}

/// Reverses `maxPool1d` of a sequence: each element returns to its position, and all other elements become zero.
///
/// - Parameters:
///   - input: `[N, C, L]` or `[C, L]`.
///   - indices: the positions, of the input's shape, from `maxPool1dWithIndices`.
///   - kernelSize: the pooling's, like `stride` and `padding`.
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - outputSize: the spatial sizes of the pooling's input, if its stride leaves a choice.
/// - Throws: `TorchError` for a size that the pooling's input cannot have had, and for positions outside it.
public func maxUnpool1d(
    _ input: Tensor, indices: Tensor, kernelSize: Int, stride: Int? = nil, padding: Int = 0,
    outputSize: Int? = nil
) throws -> Tensor {
    try maxUnpooling(
        input, indices: indices, kernelSize: [kernelSize], stride: [stride ?? kernelSize], padding: [padding],
        outputSize: outputSize.map { [$0] }, operation: "max_unpool1d")
}

/// `maxPool2d`, and the position of each element in the input's spatial dimensions, which are counted as one dimension.
/// `maxUnpool2d` takes these positions.
public func maxPool2dWithIndices(
    _ input: Tensor, kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil,
    padding: some PairConvertible = 0, dilation: some PairConvertible = 1,
    ceilMode: Bool = false
) throws -> (output: Tensor, indices: Tensor) {
    try maxPoolingWithIndices(
        input, kernelSize: kernelSize.pair.sizes, stride: (stride ?? kernelSize).pair.sizes,
        padding: padding.pair.sizes,
        dilation: dilation.pair.sizes, ceilMode: ceilMode)
}

/// `adaptiveMaxPool2d`, and the position of each element in the input's spatial dimensions, which are counted as one
/// dimension.
public func adaptiveMaxPool2dWithIndices(
    _ input: Tensor, outputSize: some PairConvertible
) throws -> (output: Tensor, indices: Tensor) {
    try adaptiveMaxPooling(input, outputSize: outputSize.pair.sizes)
}

/// Reverses `maxPool2d` of an image: each element returns to its position, and all other elements become zero.
///
/// - Parameters:
///   - input: `[N, C, H, W]` or `[C, H, W]`.
///   - indices: the positions, of the input's shape, from `maxPool2dWithIndices`.
///   - kernelSize: the pooling's, like `stride` and `padding`.
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - outputSize: the spatial sizes of the pooling's input, if its stride leaves a choice.
/// - Throws: `TorchError` for a size that the pooling's input cannot have had, and for positions outside it.
public func maxUnpool2d(
    _ input: Tensor, indices: Tensor, kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil,
    padding: some PairConvertible = 0,
    outputSize: (any PairConvertible)? = nil
) throws -> Tensor {
    try maxUnpooling(
        input, indices: indices, kernelSize: kernelSize.pair.sizes, stride: (stride ?? kernelSize).pair.sizes,
        padding: padding.pair.sizes,
        outputSize: outputSize?.pair.sizes, operation: "max_unpool2d")
}

/// `maxPool3d`, and the position of each element in the input's spatial dimensions, which are counted as one dimension.
/// `maxUnpool3d` takes these positions.
public func maxPool3dWithIndices(
    _ input: Tensor, kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil,
    padding: some TripleConvertible = 0, dilation: some TripleConvertible = 1,
    ceilMode: Bool = false
) throws -> (output: Tensor, indices: Tensor) {
    try maxPoolingWithIndices(
        input, kernelSize: kernelSize.triple.sizes, stride: (stride ?? kernelSize).triple.sizes,
        padding: padding.triple.sizes,
        dilation: dilation.triple.sizes, ceilMode: ceilMode)
}

/// `adaptiveMaxPool3d`, and the position of each element in the input's spatial dimensions, which are counted as one
/// dimension.
public func adaptiveMaxPool3dWithIndices(
    _ input: Tensor, outputSize: some TripleConvertible
) throws -> (output: Tensor, indices: Tensor) {
    try adaptiveMaxPooling(input, outputSize: outputSize.triple.sizes)
}

/// Reverses `maxPool3d` of a volume: each element returns to its position, and all other elements become zero.
///
/// - Parameters:
///   - input: `[N, C, D, H, W]` or `[C, D, H, W]`.
///   - indices: the positions, of the input's shape, from `maxPool3dWithIndices`.
///   - kernelSize: the pooling's, like `stride` and `padding`.
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - outputSize: the spatial sizes of the pooling's input, if its stride leaves a choice.
/// - Throws: `TorchError` for a size that the pooling's input cannot have had, and for positions outside it.
public func maxUnpool3d(
    _ input: Tensor, indices: Tensor, kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil,
    padding: some TripleConvertible = 0,
    outputSize: (any TripleConvertible)? = nil
) throws -> Tensor {
    try maxUnpooling(
        input, indices: indices, kernelSize: kernelSize.triple.sizes, stride: (stride ?? kernelSize).triple.sizes,
        padding: padding.triple.sizes,
        outputSize: outputSize?.triple.sizes, operation: "max_unpool3d")
}
