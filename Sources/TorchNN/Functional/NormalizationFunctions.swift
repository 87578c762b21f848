import Torch

/// (x - mean) / √(variance + eps) · weight + bias, over all dimensions but the second.
///
/// - Parameters:
///   - input: `[N, C, …]`.
///   - runningMean: `[C]`; updated in training, and otherwise used.
///   - runningVar: `[C]`, like `runningMean`.
///   - training: whether the batch's own statistics are used.
///   - momentum: the weight of the new statistics in the running statistics.
/// - Throws: `TorchError` of kind `shape` in training with one value for each channel, which has no variance; and for
///   an `eps` that is negative, or not positive in training.
public func batchNorm(
    _ input: Tensor, runningMean: Tensor?, runningVar: Tensor?, weight: Tensor? = nil, bias: Tensor? = nil,
    training: Bool = false, momentum: Double = 0.1, eps: Double = 1e-5
) throws -> Tensor {
    try require(
        training ? eps > 0 : eps >= 0, "batch_norm",
        "eps must \(training ? "be positive in training" : "not be negative"), and is \(eps)")
    let shape = input.shape
    try requireShape(
        !(training && shape.count >= 2 && input.count == shape[1]), "batch_norm", input,
        "training needs more than one value for each channel: use a larger batch, or drop the last one")
    return try Tensor.batchNorm(
        input, weight: weight, bias: bias, runningMean: runningMean, runningVar: runningVar, training: training,
        momentum: momentum, eps: eps, cudnnEnabled: true)
}

/// (x - mean) / √(variance + eps) · weight + bias, over all dimensions but the first two.
///
/// - Parameters:
///   - input: `[N, C, …]`.
///   - runningMean: `[C]`; updated if `useInputStats`, and otherwise used.
///   - runningVar: `[C]`, like `runningMean`.
///   - useInputStats: whether each sample's own statistics are used.
/// - Throws: `TorchError` of kind `shape` if each sample has one value for each channel, which has no variance.
public func instanceNorm(
    _ input: Tensor, runningMean: Tensor? = nil, runningVar: Tensor? = nil, weight: Tensor? = nil, bias: Tensor? = nil,
    useInputStats: Bool = true, momentum: Double = 0.1, eps: Double = 1e-5
) throws -> Tensor {
    let shape = input.shape
    try requireShape(
        shape.count >= 2 && !(useInputStats && shape.dropFirst(2).allSatisfy { $0 == 1 }), "instance_norm", input,
        "it needs more than one value for each channel of a sample")
    return try Tensor.instanceNorm(
        input, weight: weight, bias: bias, runningMean: runningMean, runningVar: runningVar,
        useInputStats: useInputStats, momentum: momentum, eps: eps, cudnnEnabled: true)
}

/// (x - mean) / √(variance + eps) · weight + bias, over groups of channels of each sample.
///
/// - Parameters:
///   - input: `[N, C, …]`.
///   - numGroups: a divisor of C.
///   - weight: `[C]`, like `bias`.
/// - Throws: `TorchError` if the groups do not divide the channels, or if the batch has one value for each group.
public func groupNorm(
    _ input: Tensor, numGroups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
) throws -> Tensor {
    let shape = input.shape
    try requireShape(shape.count >= 2, "group_norm", input, "it takes [N, C, …]")
    try requireShape(
        numGroups > 0 && shape[1].isMultiple(of: numGroups) && numGroups <= max(shape[1], 1), "group_norm", input,
        "the number of groups must divide \(shape[1]) channels, and \(numGroups) does not")
    // PyTorch counts the batch too.
    try requireShape(
        input.count != numGroups, "group_norm", input, "it needs more than one value for each group: use a larger batch"
    )
    return try Tensor.groupNorm(input, numGroups: numGroups, weight: weight, bias: bias, eps: eps)
}

/// (x - mean) / √(variance + eps) · weight + bias, over the last dimensions.
///
/// - Parameters:
///   - normalizedShape: the sizes of the dimensions that are normalized together.
///   - weight: of that shape, like `bias`.
public func layerNorm(
    _ input: Tensor, normalizedShape: [Int], weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
) throws -> Tensor {
    try Tensor.layerNorm(input, normalizedShape: normalizedShape, weight: weight, bias: bias, eps: eps)
}

/// x / √(mean of x² + eps) · weight, over the last dimensions.
///
/// - Parameters:
///   - normalizedShape: the sizes of the dimensions that are normalized together.
///   - weight: of that shape.
///   - eps: `nil` uses the smallest difference from 1 of the input's type.
public func rmsNorm(
    _ input: Tensor, normalizedShape: [Int], weight: Tensor? = nil, eps: Double? = nil
) throws -> Tensor {
    try Tensor.rmsNorm(input, normalizedShape: normalizedShape, weight: weight, eps: eps)
}

/// x / (k + alpha · mean of x² over `size` neighboring channels)^beta.
///
/// - Parameter input: `[N, C, …]`, of three dimensions or more.
/// - Throws: `TorchError` of kind `shape` for fewer dimensions.
public func localResponseNorm(
    _ input: Tensor, size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1
) throws -> Tensor {
    try requirePositive([size], "local_response_norm", "size")
    let shape = input.shape
    try requireShape(shape.count >= 3, "local_response_norm", input, "it takes [N, C, …] of three dimensions or more")
    guard input.count > 0 else { return input }
    var squares = try input.mul(input)
    // The channels become a dimension that pooling runs over.
    if shape.count == 3 {
        squares = try pad(squares.unsqueeze(dim: 1), [0, 0, size / 2, (size - 1) / 2])
        squares = try avgPool2d(squares, kernelSize: Pair(size, 1), stride: 1).squeeze(dim: 1)
    } else {
        squares = try squares.reshape([shape[0], 1, shape[1], shape[2], -1])
        squares = try pad(squares, [0, 0, 0, 0, size / 2, (size - 1) / 2])
        squares = try avgPool3d(squares, kernelSize: Triple(size, 1, 1), stride: 1).squeeze(dim: 1).reshape(shape)
    }
    return try input / squares.mul(alpha).add(k).pow(beta)
}
