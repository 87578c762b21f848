import Torch

/// The maximum of each window of a sequence, `[N, C, L]` or `[C, L]`.
///
/// - Parameters:
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - padding: at most half of the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
public func maxPool1d(
    _ input: Tensor, kernelSize: Int, stride: Int? = nil,
    padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
) throws -> Tensor {
    try maxPooling(
        input, kernelSize: [kernelSize], stride: [stride ?? kernelSize], padding: [padding],
        dilation: [dilation], ceilMode: ceilMode)
}

/// The mean of each window of a sequence, `[N, C, L]` or `[C, L]`.
///
/// - Parameters:
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - padding: the number of zeros on each side; at most half of the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
///   - countIncludePad: whether the mean includes the padding's zeros.
public func avgPool1d(
    _ input: Tensor, kernelSize: Int, stride: Int? = nil,
    padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true
) throws -> Tensor {
    try averagePooling(
        input, kernelSize: [kernelSize], stride: [stride ?? kernelSize], padding: [padding],
        ceilMode: ceilMode, countIncludePad: countIncludePad, divisorOverride: nil)
}

/// The maximum of each of several windows of a sequence, one for each element of the output.
public func adaptiveMaxPool1d(_ input: Tensor, outputSize: Int) throws -> Tensor {
    try adaptiveMaxPooling(input, outputSize: [outputSize]).output
}

/// The mean of each of several windows of a sequence, one for each element of the output.
public func adaptiveAvgPool1d(_ input: Tensor, outputSize: Int) throws -> Tensor {
    try adaptiveAveragePooling(input, outputSize: [outputSize])
}

/// The maximum of each window of an image, `[N, C, H, W]` or `[C, H, W]`.
///
/// - Parameters:
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - padding: at most half of the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
public func maxPool2d(
    _ input: Tensor, kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil,
    padding: some PairConvertible = 0, dilation: some PairConvertible = 1, ceilMode: Bool = false
) throws -> Tensor {
    try maxPooling(
        input, kernelSize: kernelSize.pair.sizes, stride: (stride ?? kernelSize).pair.sizes,
        padding: padding.pair.sizes,
        dilation: dilation.pair.sizes, ceilMode: ceilMode)
}

/// The mean of each window of an image, `[N, C, H, W]` or `[C, H, W]`.
///
/// - Parameters:
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - padding: the number of zeros on each side; at most half of the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
///   - countIncludePad: whether the mean includes the padding's zeros.
public func avgPool2d(
    _ input: Tensor, kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil,
    padding: some PairConvertible = 0, ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
) throws -> Tensor {
    try averagePooling(
        input, kernelSize: kernelSize.pair.sizes, stride: (stride ?? kernelSize).pair.sizes,
        padding: padding.pair.sizes,
        ceilMode: ceilMode, countIncludePad: countIncludePad, divisorOverride: divisorOverride)
}

/// The maximum of each of several windows of an image, one for each element of the output.
public func adaptiveMaxPool2d(_ input: Tensor, outputSize: some PairConvertible) throws -> Tensor {
    try adaptiveMaxPooling(input, outputSize: outputSize.pair.sizes).output
}

/// `adaptiveMaxPool2d` that keeps the input's size in a dimension whose size is `nil`.
public func adaptiveMaxPool2d(_ input: Tensor, height: Int?, width: Int?) throws -> Tensor {
    try adaptiveMaxPooling(
        input, outputSize: adaptiveSizes([height, width], for: input, "adaptive_max_pool2d")
    ).output
}

/// The mean of each of several windows of an image, one for each element of the output.
public func adaptiveAvgPool2d(_ input: Tensor, outputSize: some PairConvertible) throws -> Tensor {
    try adaptiveAveragePooling(input, outputSize: outputSize.pair.sizes)
}

/// `adaptiveAvgPool2d` that keeps the input's size in a dimension whose size is `nil`.
public func adaptiveAvgPool2d(_ input: Tensor, height: Int?, width: Int?) throws -> Tensor {
    try adaptiveAveragePooling(
        input, outputSize: adaptiveSizes([height, width], for: input, "adaptive_avg_pool2d"))
}

/// The maximum of each window of a volume, `[N, C, D, H, W]` or `[C, D, H, W]`.
///
/// - Parameters:
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - padding: at most half of the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
public func maxPool3d(
    _ input: Tensor, kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil,
    padding: some TripleConvertible = 0, dilation: some TripleConvertible = 1, ceilMode: Bool = false
) throws -> Tensor {
    try maxPooling(
        input, kernelSize: kernelSize.triple.sizes, stride: (stride ?? kernelSize).triple.sizes,
        padding: padding.triple.sizes,
        dilation: dilation.triple.sizes, ceilMode: ceilMode)
}

/// The mean of each window of a volume, `[N, C, D, H, W]` or `[C, D, H, W]`.
///
/// - Parameters:
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - padding: the number of zeros on each side; at most half of the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
///   - countIncludePad: whether the mean includes the padding's zeros.
public func avgPool3d(
    _ input: Tensor, kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil,
    padding: some TripleConvertible = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
) throws -> Tensor {
    try averagePooling(
        input, kernelSize: kernelSize.triple.sizes, stride: (stride ?? kernelSize).triple.sizes,
        padding: padding.triple.sizes,
        ceilMode: ceilMode, countIncludePad: countIncludePad, divisorOverride: divisorOverride)
}

/// The maximum of each of several windows of a volume, one for each element of the output.
public func adaptiveMaxPool3d(_ input: Tensor, outputSize: some TripleConvertible) throws -> Tensor {
    try adaptiveMaxPooling(input, outputSize: outputSize.triple.sizes).output
}

/// `adaptiveMaxPool3d` that keeps the input's size in a dimension whose size is `nil`.
public func adaptiveMaxPool3d(_ input: Tensor, depth: Int?, height: Int?, width: Int?) throws -> Tensor {
    try adaptiveMaxPooling(
        input, outputSize: adaptiveSizes([depth, height, width], for: input, "adaptive_max_pool3d")
    ).output
}

/// The mean of each of several windows of a volume, one for each element of the output.
public func adaptiveAvgPool3d(_ input: Tensor, outputSize: some TripleConvertible) throws -> Tensor {
    try adaptiveAveragePooling(input, outputSize: outputSize.triple.sizes)
}

/// `adaptiveAvgPool3d` that keeps the input's size in a dimension whose size is `nil`.
public func adaptiveAvgPool3d(_ input: Tensor, depth: Int?, height: Int?, width: Int?) throws -> Tensor {
    try adaptiveAveragePooling(
        input, outputSize: adaptiveSizes([depth, height, width], for: input, "adaptive_avg_pool3d"))
}
