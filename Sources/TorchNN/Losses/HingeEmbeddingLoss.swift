import Torch

/// Draws similar pairs together and others apart, by their distances: x where y is 1, max(0, margin - x) where it is -1.
///
/// - Parameters:
///   - input: the distances x, of any shape.
///   - target: y, 1 or -1, of the input's shape.
///   - margin: the distance beyond which dissimilar pairs cost nothing.
/// - Throws: `TorchError` of kind `shape` where the shapes differ.
public func hingeEmbeddingLoss(
    _ input: Tensor, _ target: Tensor, margin: Double = 1, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("hinge_embedding_loss", input, target)
    return try Tensor.hingeEmbeddingLoss(input, target: target, margin: margin, reduction: reduction.rawValue)
}

/// `hingeEmbeddingLoss` with its options, as a module.
public final class HingeEmbeddingLoss: Module {
    public let margin: Double
    public let reduction: Reduction

    public init(margin: Double = 1, reduction: Reduction = .mean) {
        self.margin = margin
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try hingeEmbeddingLoss(input, target, margin: margin, reduction: reduction)
        }
    }
}
