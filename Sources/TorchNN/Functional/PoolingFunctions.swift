import Torch

// What the functions for one to three dimensions in PoolingFunctions+Dimensions.swift and +Indices.swift share.

/// The greatest element of each window, in as many dimensions as the kernel has.
func maxPooling(
    _ input: Tensor, kernelSize: [Int], stride: [Int], padding: [Int], dilation: [Int], ceilMode: Bool
) throws -> Tensor {
    switch kernelSize.count {
    case 1:
        try Tensor.maxPool1d(
            input, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    case 2:
        try Tensor.maxPool2d(
            input, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    default:
        try Tensor.maxPool3d(
            input, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    }
}

/// The greatest element of each window and its place, in as many dimensions as the kernel has.
func maxPoolingWithIndices(
    _ input: Tensor, kernelSize: [Int], stride: [Int], padding: [Int], dilation: [Int], ceilMode: Bool
) throws -> (output: Tensor, indices: Tensor) {
    switch kernelSize.count {
    case 1:
        try Tensor.maxPool1dWithIndices(
            input, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    case 2:
        try Tensor.maxPool2dWithIndices(
            input, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    default:
        try Tensor.maxPool3dWithIndices(
            input, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    }
}

/// The mean of each window, in as many dimensions as the kernel has.
func averagePooling(
    _ input: Tensor, kernelSize: [Int], stride: [Int], padding: [Int], ceilMode: Bool, countIncludePad: Bool,
    divisorOverride: Int?
) throws -> Tensor {
    switch kernelSize.count {
    case 1:
        try Tensor.avgPool1d(
            input, kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode,
            countIncludePad: countIncludePad)
    case 2:
        try Tensor.avgPool2d(
            input, kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: divisorOverride)
    default:
        try Tensor.avgPool3d(
            input, kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: divisorOverride)
    }
}

/// The greatest elements of as many windows as the output has places, and their places.
func adaptiveMaxPooling(_ input: Tensor, outputSize: [Int]) throws -> (output: Tensor, indices: Tensor) {
    switch outputSize.count {
    case 1: try Tensor.adaptiveMaxPool1d(input, outputSize: outputSize)
    case 2: try Tensor.adaptiveMaxPool2d(input, outputSize: outputSize)
    default: try Tensor.adaptiveMaxPool3d(input, outputSize: outputSize)
    }
}

/// The output's spatial sizes; `nil` becomes the input's.
func adaptiveSizes(_ outputSize: [Int?], for input: Tensor, _ operation: String) throws -> [Int] {
    let inputSizes = input.shape.suffix(outputSize.count)
    try requireShape(
        inputSizes.count == outputSize.count, operation, input, "it needs \(outputSize.count) spatial dimensions")
    return zip(outputSize, inputSizes).map { $0 ?? $1 }
}

/// The means of as many windows: as many as the output has elements.
func adaptiveAveragePooling(_ input: Tensor, outputSize: [Int]) throws -> Tensor {
    switch outputSize.count {
    case 1: try Tensor.adaptiveAvgPool1d(input, outputSize: outputSize)
    case 2: try Tensor.adaptiveAvgPool2d(input, outputSize: outputSize)
    default: try Tensor.adaptiveAvgPool3d(input, outputSize: outputSize)
    }
}

/// Puts each element back at the position that pooling took it from, and zeros at the others.
func maxUnpooling(
    _ input: Tensor, indices: Tensor, kernelSize: [Int], stride: [Int], padding: [Int], outputSize: [Int]?,
    operation: String
) throws -> Tensor {
    try checkPooling(operation, kernelSize: kernelSize, stride: stride, padding: padding)
    let inputSizes = Array(input.shape.suffix(kernelSize.count))
    try requireShape(
        inputSizes.count == kernelSize.count && inputSizes.allSatisfy { $0 <= largestOption }, operation, input,
        "it needs \(kernelSize.count) spatial dimensions, none beyond \(largestOption)")
    let usual = inputSizes.indices.map { (inputSizes[$0] - 1) * stride[$0] + kernelSize[$0] - 2 * padding[$0] }
    let sizes = outputSize ?? usual
    for (dim, size) in sizes.enumerated() {
        try requireShape(
            (0...largestOption).contains(size) && abs(size - usual[dim]) < stride[dim], operation, input,
            "the output can be \(usual[dim] - stride[dim] + 1) to \(usual[dim] + stride[dim] - 1) long in dimension "
                + "\(dim), not \(size)")
    }
    switch kernelSize.count {
    case 1:
        return try Tensor.maxUnpool2d(
            input.unsqueeze(dim: -1), indices: indices.unsqueeze(dim: -1), outputSize: sizes + [1]
        ).squeeze(dim: -1)
    case 2: return try Tensor.maxUnpool2d(input, indices: indices, outputSize: sizes)
    default:
        return try Tensor.maxUnpool3d(input, indices: indices, outputSize: sizes, stride: stride, padding: padding)
    }
}

/// Throws unless kernel and stride are positive and the padding is not negative.
func checkPooling(_ operation: String, kernelSize: [Int], stride: [Int], padding: [Int]) throws {
    try requirePositive(kernelSize, operation, "kernelSize")
    try requirePositive(stride, operation, "stride")
    try requireNotNegative(padding, operation, "padding")
}
