import Torch

/// The input with a constant around it.
///
/// - Parameter padding: the padding before and after: two numbers of the last dimension, then those of the dimension
///   before it, and so on. Negative numbers cut off.
public func pad(_ input: Tensor, _ padding: [Int], value: Double = 0) throws -> Tensor {
    try checkEdges(input, padding)
    return try Tensor.pad(input, pad: padding, mode: .constant, value: value)
}

/// The input with a part of itself around it.
///
/// - Parameters:
///   - input: `[N, C, …]` or `[C, …]`.
///   - padding: like in `pad(_:_:value:)`; for one to three dimensions.
/// - Throws: `TorchError` of kind `shape` if the input is too small for the padding.
public func pad(_ input: Tensor, _ padding: [Int], mode: PaddingMode) throws -> Tensor {
    guard mode != .zeros else { return try pad(input, padding, value: 0) }
    try checkEdges(input, padding)
    for position in 0..<padding.count / 2 {
        let (before, after) = (padding[2 * position], padding[2 * position + 1])
        let size = try input.size(-1 - position)
        let longest = mode == .reflect ? size - 1 : size
        try requireShape(
            size > 0 && (mode == .replicate || max(before, after) <= longest), "pad", input,
            "padding by \(max(before, after)) in mode \(mode.rawValue) needs a larger input")
    }
    // libtorch takes only batches in this mode.
    let isSingle = mode == .circular && input.dimensionCount == padding.count / 2 + 1
    let padded = try Tensor.pad(isSingle ? input.unsqueeze(dim: 0) : input, pad: padding, mode: mode.operationMode)
    return isSingle ? try padded.squeeze(dim: 0) : padded
}

extension PaddingMode {
    /// The mode as the operation knows it.
    fileprivate var operationMode: Tensor.PadMode {
        switch self {
        case .zeros: .constant
        case .reflect: .reflect
        case .replicate: .replicate
        case .circular: .circular
        }
    }
}

private func checkEdges(_ input: Tensor, _ padding: [Int]) throws {
    try requireShape(
        padding.count.isMultiple(of: 2) && padding.count / 2 <= input.dimensionCount, "pad", input,
        "the padding \(padding) needs two numbers for each padded dimension")
    try require(
        padding.allSatisfy { (-largestOption...largestOption).contains($0) }, "pad",
        "the padding \(padding) is out of range")
}
