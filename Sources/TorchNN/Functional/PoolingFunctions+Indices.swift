import Torch

// Pooling that tells where it took each element from, and what puts the elements back.

/// `maxPool1d`, and where in the input's last dimensions, counted in a row, each element stood: what `maxUnpool1d` takes.
public func maxPool1dWithIndices(
    _ input: Tensor, kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1,
    ceilMode: Bool = false
) throws -> (output: Tensor, indices: Tensor) {
    try maxPoolingWithIndices(
        input, kernelSize: [kernelSize], stride: [stride ?? kernelSize], padding: [padding],
        dilation: [dilation], ceilMode: ceilMode)
}

/// `adaptiveMaxPool1d`, and where in the input's last dimensions, counted in a row, each element stood.
public func adaptiveMaxPool1dWithIndices(
    _ input: Tensor, outputSize: Int
) throws -> (output: Tensor, indices: Tensor) {
    try adaptiveMaxPooling(input, outputSize: [outputSize])
}

/// Undoes `maxPool1d` of a sequence: each element goes back to the place it came from, the others become zero.
///
/// - Parameters:
///   - input: `[N, C, L]` or `[C, L]`.
///   - indices: the places, of the input's shape, from `maxPool1dWithIndices`.
///   - kernelSize: that of the pooling, as are stride and padding.
///   - stride: how far the windows were apart; the kernel's size where nil.
///   - outputSize: the spatial sizes of the pooling's input, where its stride leaves a choice.
/// - Throws: `TorchError` for a size that the pooling cannot have had, and for places outside it.
public func maxUnpool1d(
    _ input: Tensor, indices: Tensor, kernelSize: Int, stride: Int? = nil, padding: Int = 0,
    outputSize: Int? = nil
) throws -> Tensor {
    try maxUnpooling(
        input, indices: indices, kernelSize: [kernelSize], stride: [stride ?? kernelSize], padding: [padding],
        outputSize: outputSize.map { [$0] }, operation: "max_unpool1d")
}

/// `maxPool2d`, and where in the input's last dimensions, counted in a row, each element stood: what `maxUnpool2d` takes.
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

/// `adaptiveMaxPool2d`, and where in the input's last dimensions, counted in a row, each element stood.
public func adaptiveMaxPool2dWithIndices(
    _ input: Tensor, outputSize: some PairConvertible
) throws -> (output: Tensor, indices: Tensor) {
    try adaptiveMaxPooling(input, outputSize: outputSize.pair.sizes)
}

/// Undoes `maxPool2d` of an image: each element goes back to the place it came from, the others become zero.
///
/// - Parameters:
///   - input: `[N, C, H, W]` or `[C, H, W]`.
///   - indices: the places, of the input's shape, from `maxPool2dWithIndices`.
///   - kernelSize: that of the pooling, as are stride and padding.
///   - stride: how far the windows were apart; the kernel's size where nil.
///   - outputSize: the spatial sizes of the pooling's input, where its stride leaves a choice.
/// - Throws: `TorchError` for a size that the pooling cannot have had, and for places outside it.
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

/// `maxPool3d`, and where in the input's last dimensions, counted in a row, each element stood: what `maxUnpool3d` takes.
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

/// `adaptiveMaxPool3d`, and where in the input's last dimensions, counted in a row, each element stood.
public func adaptiveMaxPool3dWithIndices(
    _ input: Tensor, outputSize: some TripleConvertible
) throws -> (output: Tensor, indices: Tensor) {
    try adaptiveMaxPooling(input, outputSize: outputSize.triple.sizes)
}

/// Undoes `maxPool3d` of a volume: each element goes back to the place it came from, the others become zero.
///
/// - Parameters:
///   - input: `[N, C, D, H, W]` or `[C, D, H, W]`.
///   - indices: the places, of the input's shape, from `maxPool3dWithIndices`.
///   - kernelSize: that of the pooling, as are stride and padding.
///   - stride: how far the windows were apart; the kernel's size where nil.
///   - outputSize: the spatial sizes of the pooling's input, where its stride leaves a choice.
/// - Throws: `TorchError` for a size that the pooling cannot have had, and for places outside it.
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
