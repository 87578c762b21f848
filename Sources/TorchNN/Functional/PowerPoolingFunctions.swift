import Torch

/// (Σ xᵖ)^(1/p) over each window of a sequence, `[N, C, L]` or `[C, L]`.
///
/// - Parameters:
///   - normType: the power p; infinity is the maximum absolute value.
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
/// - Throws: `TorchError` for a power that is zero or not a number.
public func lpPool1d(
    _ input: Tensor, normType: Double, kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false
) throws -> Tensor {
    try powerPooling(
        input, normType: normType, kernelSize: [kernelSize], stride: [stride ?? kernelSize], ceilMode: ceilMode,
        operation: "lp_pool1d")
}

/// (Σ xᵖ)^(1/p) over each window of an image, `[N, C, H, W]` or `[C, H, W]`.
///
/// - Parameters:
///   - normType: the power p; infinity is the maximum absolute value.
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
/// - Throws: `TorchError` for a power that is zero or not a number.
public func lpPool2d(
    _ input: Tensor, normType: Double, kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil,
    ceilMode: Bool = false
) throws -> Tensor {
    try powerPooling(
        input, normType: normType, kernelSize: kernelSize.pair.sizes, stride: (stride ?? kernelSize).pair.sizes,
        ceilMode: ceilMode,
        operation: "lp_pool2d")
}

/// (Σ xᵖ)^(1/p) over each window of a volume, `[N, C, D, H, W]` or `[C, D, H, W]`.
///
/// - Parameters:
///   - normType: the power p; infinity is the maximum absolute value.
///   - stride: the distance between windows; `nil` uses the kernel's size.
///   - ceilMode: whether a window may start inside the input and end outside.
/// - Throws: `TorchError` for a power that is zero or not a number.
public func lpPool3d(
    _ input: Tensor, normType: Double, kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil,
    ceilMode: Bool = false
) throws -> Tensor {
    try powerPooling(
        input, normType: normType, kernelSize: kernelSize.triple.sizes, stride: (stride ?? kernelSize).triple.sizes,
        ceilMode: ceilMode,
        operation: "lp_pool3d")
}

/// (Σ xᵖ)^(1/p) over each window, in as many dimensions as the kernel has.
func powerPooling(
    _ input: Tensor, normType p: Double, kernelSize: [Int], stride: [Int], ceilMode: Bool, operation: String
) throws -> Tensor {
    try checkPower(p, operation)
    let none = kernelSize.map { _ in 0 }
    guard p.isFinite else {
        // The limits are the greatest and the smallest absolute value.
        let sign = p < 0 ? -1.0 : 1.0
        return try sign
            * maxPooling(
                sign * input.abs(), kernelSize: kernelSize, stride: stride, padding: none,
                dilation: kernelSize.map { _ in 1 }, ceilMode: ceilMode)
    }
    let means = try averagePooling(
        input.pow(p), kernelSize: kernelSize, stride: stride, padding: none, ceilMode: ceilMode,
        countIncludePad: true, divisorOverride: nil)
    let places = kernelSize.reduce(1.0) { $0 * Double($1) }
    // The rectified absolute value times the sign is the mean itself, but with PyTorch's gradient at zero.
    return try (means.sign() * means.abs().relu()).mul(places).pow(1 / p)
}

/// Throws unless the power is a number other than 0.
func checkPower(_ power: Double, _ operation: String) throws {
    try require(power != 0 && !power.isNaN, operation, "normType must be a number other than 0, not \(power)")
}
