import Torch

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

/// x₁ᵀ·Wₖ·x₂ + bₖ for each output k.
///
/// - Parameters:
///   - input1: `[…, in1]`.
///   - input2: `[…, in2]`, its other dimensions like those of `input1`.
///   - weight: `[out, in1, in2]`.
///   - bias: `[out]`.
/// - Returns: `[…, out]`.
public func bilinear(_ input1: Tensor, _ input2: Tensor, weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try Tensor.bilinear(input1, input2, weight: weight, bias: bias)
}
