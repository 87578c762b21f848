import Torch

/// Sets elements to zero with probability `p`, and scales the others by 1 / (1 - p).
///
/// - Parameter training: `false` returns the input unchanged.
/// - Throws: `TorchError` for a probability outside 0…1.
public func dropout(_ input: Tensor, p: Double = 0.5, training: Bool = true) throws -> Tensor {
    try Tensor.dropout(input, p: p, train: training)
}

/// Sets whole channels to zero with probability `p`, and scales the others by 1 / (1 - p).
///
/// - Parameter input: `[N, C, L]` or `[C, L]`.
/// - Throws: `TorchError` for a probability outside 0…1, or another number of dimensions.
public func dropout1d(_ input: Tensor, p: Double = 0.5, training: Bool = true) throws -> Tensor {
    try channelDropout(input, p: p, training: training, inPlace: false, unbatched: 2, batched: 3, "dropout1d")
}

/// Sets whole channels to zero with probability `p`, and scales the others by 1 / (1 - p).
///
/// - Parameter input: `[N, C, H, W]`; `[N, C, L]` is taken too, as in PyTorch.
/// - Throws: `TorchError` for a probability outside 0…1, or another number of dimensions.
public func dropout2d(_ input: Tensor, p: Double = 0.5, training: Bool = true) throws -> Tensor {
    try channelDropout(input, p: p, training: training, inPlace: false, unbatched: nil, batched: 4, "dropout2d")
}

/// Sets whole channels to zero with probability `p`, and scales the others by 1 / (1 - p).
///
/// - Parameter input: `[N, C, D, H, W]` or `[C, D, H, W]`.
/// - Throws: `TorchError` for a probability outside 0…1, or another number of dimensions.
public func dropout3d(_ input: Tensor, p: Double = 0.5, training: Bool = true) throws -> Tensor {
    try channelDropout(input, p: p, training: training, inPlace: false, unbatched: 4, batched: 5, "dropout3d")
}

/// Dropout that keeps mean 0 and variance 1: what is dropped becomes the SELU's lower bound, and all is scaled and
/// shifted. Klambauer and others 2017, "Self-normalizing neural networks".
///
/// - Throws: `TorchError` for a probability outside 0…1.
public func alphaDropout(_ input: Tensor, p: Double = 0.5, training: Bool = false) throws -> Tensor {
    try Tensor.alphaDropout(input, p: p, train: training)
}

/// `alphaDropout` of whole channels of `[N, C, …]`.
///
/// - Throws: `TorchError` for a probability outside 0…1.
public func featureAlphaDropout(_ input: Tensor, p: Double = 0.5, training: Bool = false) throws -> Tensor {
    try Tensor.featureAlphaDropout(input, p: p, train: training)
}

/// Drops channels of a batch, or of a single sample.
///
/// - Parameters:
///   - unbatched: the number of dimensions of a single sample; `nil` if single samples are not accepted.
///   - batched: the number of dimensions of a batch.
func channelDropout(
    _ input: Tensor, p: Double, training: Bool, inPlace: Bool, unbatched: Int?, batched: Int, _ operation: String
) throws -> Tensor {
    let isSingle = input.dimensionCount == unbatched
    // PyTorch reads three dimensions without a batch as a batch of sequences, and says that this may change.
    let isSequence = unbatched == nil && input.dimensionCount == 3
    try requireShape(
        isSingle || isSequence || input.dimensionCount == batched, operation, input,
        "it takes \(batched) dimensions, or \(unbatched ?? 3)")
    let batch = isSingle ? try input.unsqueeze(dim: 0) : input
    guard inPlace else {
        let output = try Tensor.featureDropout(batch, p: p, train: training)
        return isSingle ? try output.squeeze(dim: 0) : output
    }
    // A view of the input: what is written there is written into the input.
    try Tensor.featureDropout_(batch, p: p, train: training)
    return input
}
