import Torch

// Pooling. The functions for one to three dimensions are in PoolingFunctions+Dimensions.swift.

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

/// The means of as many windows as the output has places.
func adaptiveAveragePooling(_ input: Tensor, outputSize: [Int]) throws -> Tensor {
    switch outputSize.count {
    case 1: try Tensor.adaptiveAvgPool1d(input, outputSize: outputSize)
    case 2: try Tensor.adaptiveAvgPool2d(input, outputSize: outputSize)
    default: try Tensor.adaptiveAvgPool3d(input, outputSize: outputSize)
    }
}

/// (Σ xᵖ)^(1/p) over each window, in as many dimensions as the kernel has.
func powerPooling(
    _ input: Tensor, normType p: Double, kernelSize: [Int], stride: [Int], ceilMode: Bool
) throws -> Tensor {
    let none = kernelSize.map { _ in 0 }
    guard p.isFinite else {
        // The limits: the greatest and the smallest absolute value.
        let sign = p < 0 ? -1.0 : 1.0
        return try sign
            * maxPooling(
                sign * input.abs(), kernelSize: kernelSize, stride: stride, padding: none,
                dilation: kernelSize.map { _ in 1 }, ceilMode: ceilMode)
    }
    let means = try averagePooling(
        input.pow(.real(p)), kernelSize: kernelSize, stride: stride, padding: none, ceilMode: ceilMode,
        countIncludePad: true, divisorOverride: nil)
    let places = kernelSize.reduce(1.0) { $0 * Double($1) }
    // The rectified absolute value times the sign is the mean itself, but with PyTorch's gradient at zero.
    return try (means.sign() * means.abs().relu()).mul(.real(places)).pow(.real(1 / p))
}

/// Puts each element back at the place that pooling took it from, and zeros elsewhere.
func maxUnpooling(
    _ input: Tensor, indices: Tensor, kernelSize: [Int], stride: [Int], padding: [Int], outputSize: [Int]?,
    layer: String
) throws -> Tensor {
    let inputSizes = Array(input.shape.suffix(kernelSize.count))
    try requireShape(
        inputSizes.count == kernelSize.count && inputSizes.allSatisfy { $0 <= largestOption }, layer, input,
        "it needs \(kernelSize.count) spatial dimensions, none beyond \(largestOption)")
    let usual = inputSizes.indices.map { (inputSizes[$0] - 1) * stride[$0] + kernelSize[$0] - 2 * padding[$0] }
    let sizes = outputSize ?? usual
    for (dim, size) in sizes.enumerated() {
        try requireShape(
            (0...largestOption).contains(size) && abs(size - usual[dim]) < stride[dim], layer, input,
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
