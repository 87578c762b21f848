import Torch

/// Draws similar vectors to one direction and others apart: 1 - cos(x1, x2) where y is 1, max(0, cos(x1, x2) - margin)
/// where it is -1.
///
/// - Parameters:
///   - input1: the vectors x1, `[N, D]` or `[D]`.
///   - input2: the vectors x2, as `input1`.
///   - target: y, 1 or -1, `[N]` or `[]`.
///   - margin: the cosine up to which dissimilar vectors cost nothing; best between 0 and 0.5.
/// - Throws: `TorchError` where shapes do not fit.
public func cosineEmbeddingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean
) throws -> Tensor {
    try Tensor.cosineEmbeddingLoss(
        input1, input2, target: target, margin: margin, reduction: reduction.rawValue)
}

/// `cosineEmbeddingLoss` with its options, as a module.
public final class CosineEmbeddingLoss: Module {
    public let margin: Double
    public let reduction: Reduction

    public init(margin: Double = 0, reduction: Reduction = .mean) {
        self.margin = margin
        self.reduction = reduction
    }

    public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input1, input2, target]) {
            try cosineEmbeddingLoss(input1, input2, target, margin: margin, reduction: reduction)
        }
    }
}
