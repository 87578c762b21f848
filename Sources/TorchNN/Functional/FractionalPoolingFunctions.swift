import Torch

/// The maximum of each of several randomly placed windows of an image: Graham 2014, "Fractional max-pooling".
///
/// - Parameters:
///   - input: `[N, C, H, W]` or `[C, H, W]`.
///   - randomSamples: the random numbers that determine the positions of the windows, from 0 to 1: `[N, C, 2]`; `nil`
///     draws them.
/// - Throws: `TorchError` if the windows do not fit into the input.
public func fractionalMaxPool2d(
    _ input: Tensor, kernelSize: some PairConvertible, outputSize: some PairConvertible, randomSamples: Tensor? = nil
) throws -> Tensor {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.pair.sizes, outputSize: outputSize.pair.sizes, outputRatio: nil,
        randomSamples: randomSamples, operation: "fractional_max_pool2d"
    ).output
}

/// `fractionalMaxPool2d` with the output's size as a fraction of the input's, between 0 and 1.
public func fractionalMaxPool2d(
    _ input: Tensor, kernelSize: some PairConvertible, outputRatio: (height: Double, width: Double),
    randomSamples: Tensor? = nil
) throws -> Tensor {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.pair.sizes, outputSize: nil,
        outputRatio: [outputRatio.height, outputRatio.width],
        randomSamples: randomSamples, operation: "fractional_max_pool2d"
    ).output
}

/// `fractionalMaxPool2d`, and the position of each element in the input's spatial dimensions, which are counted as one
/// dimension.
public func fractionalMaxPool2dWithIndices(
    _ input: Tensor, kernelSize: some PairConvertible, outputSize: some PairConvertible, randomSamples: Tensor? = nil
) throws -> (output: Tensor, indices: Tensor) {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.pair.sizes, outputSize: outputSize.pair.sizes, outputRatio: nil,
        randomSamples: randomSamples, operation: "fractional_max_pool2d")
}

/// `fractionalMaxPool2d`, and the position of each element in the input's spatial dimensions, which are counted as one
/// dimension.
public func fractionalMaxPool2dWithIndices(
    _ input: Tensor, kernelSize: some PairConvertible, outputRatio: (height: Double, width: Double),
    randomSamples: Tensor? = nil
) throws -> (output: Tensor, indices: Tensor) {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.pair.sizes, outputSize: nil,
        outputRatio: [outputRatio.height, outputRatio.width],
        randomSamples: randomSamples, operation: "fractional_max_pool2d")
}

/// The maximum of each of several randomly placed windows of a volume: Graham 2014, "Fractional max-pooling".
///
/// - Parameters:
///   - input: `[N, C, D, H, W]` or `[C, D, H, W]`.
///   - randomSamples: the random numbers that determine the positions of the windows, from 0 to 1: `[N, C, 3]`; `nil`
///     draws them.
/// - Throws: `TorchError` if the windows do not fit into the input.
public func fractionalMaxPool3d(
    _ input: Tensor, kernelSize: some TripleConvertible, outputSize: some TripleConvertible,
    randomSamples: Tensor? = nil
) throws -> Tensor {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.triple.sizes, outputSize: outputSize.triple.sizes, outputRatio: nil,
        randomSamples: randomSamples, operation: "fractional_max_pool3d"
    ).output
}

/// `fractionalMaxPool3d` with the output's size as a fraction of the input's, between 0 and 1.
public func fractionalMaxPool3d(
    _ input: Tensor, kernelSize: some TripleConvertible, outputRatio: (depth: Double, height: Double, width: Double),
    randomSamples: Tensor? = nil
) throws -> Tensor {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.triple.sizes, outputSize: nil,
        outputRatio: [outputRatio.depth, outputRatio.height, outputRatio.width],
        randomSamples: randomSamples, operation: "fractional_max_pool3d"
    ).output
}

/// `fractionalMaxPool3d`, and the position of each element in the input's spatial dimensions, which are counted as one
/// dimension.
public func fractionalMaxPool3dWithIndices(
    _ input: Tensor, kernelSize: some TripleConvertible, outputSize: some TripleConvertible,
    randomSamples: Tensor? = nil
) throws -> (output: Tensor, indices: Tensor) {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.triple.sizes, outputSize: outputSize.triple.sizes, outputRatio: nil,
        randomSamples: randomSamples, operation: "fractional_max_pool3d")
}

/// `fractionalMaxPool3d`, and the position of each element in the input's spatial dimensions, which are counted as one
/// dimension.
public func fractionalMaxPool3dWithIndices(
    _ input: Tensor, kernelSize: some TripleConvertible, outputRatio: (depth: Double, height: Double, width: Double),
    randomSamples: Tensor? = nil
) throws -> (output: Tensor, indices: Tensor) {
    try fractionalMaxPooling(
        input, kernelSize: kernelSize.triple.sizes, outputSize: nil,
        outputRatio: [outputRatio.depth, outputRatio.height, outputRatio.width],
        randomSamples: randomSamples, operation: "fractional_max_pool3d")
}

/// Fractional pooling in as many dimensions as the kernel has, to a size or to a part of the input's.
func fractionalMaxPooling(
    _ input: Tensor, kernelSize: [Int], outputSize: [Int]?, outputRatio: [Double]?, randomSamples: Tensor?,
    operation: String
) throws -> (output: Tensor, indices: Tensor) {
    try checkFractionalPooling(kernelSize: kernelSize, outputSize: outputSize, outputRatio: outputRatio, operation)
    let (shape, dims) = (input.shape, kernelSize.count)
    try requireShape(
        shape.count == dims + 1 || shape.count == dims + 2, operation, input,
        "it takes \(dims) spatial dimensions, with channels and perhaps a batch")
    let sizes = outputSize ?? zip(outputRatio ?? [], shape.suffix(dims)).map { Int(Double($1) * $0) }
    if let randomSamples {
        // libtorch's kernels read beyond the input if rounding moves a window.
        try require(
            (randomSamples .>= 0).logicalAnd(randomSamples .< 1).all().item(Bool.self), operation,
            "the random samples must be from 0 up to 1")
    }
    let batch = shape.count == dims + 1 ? 1 : shape[0]
    let samples =
        try randomSamples
        ?? Tensor.rand([batch, shape[shape.count - dims - 1], dims], dtype: input.dtype, device: input.device)
    return dims == 2
        ? try Tensor.fractionalMaxPool2d(input, kernelSize: kernelSize, outputSize: sizes, randomSamples: samples)
        : try Tensor.fractionalMaxPool3d(input, kernelSize: kernelSize, outputSize: sizes, randomSamples: samples)
}

/// Throws unless the sizes are positive and the ratios between 0 and 1.
func checkFractionalPooling(
    kernelSize: [Int], outputSize: [Int]?, outputRatio: [Double]?, _ operation: String
) throws {
    try requirePositive(kernelSize, operation, "kernelSize")
    try requirePositive(outputSize ?? [], operation, "outputSize")
    for ratio in outputRatio ?? [] {
        try require(0 < ratio && ratio < 1, operation, "outputRatio must be between 0 and 1, not \(ratio)")
    }
}
