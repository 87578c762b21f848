import Torch

/// How far two scores are from the right order: max(0, -y · (x1 - x2) + margin).
///
/// - Parameters:
///   - input1: the scores x1, of any shape.
///   - input2: the scores x2.
///   - target: y, 1 where the first should be greater, -1 where the second should.
///   - margin: how far apart the scores should be.
/// - Throws: `TorchError` of kind `shape` unless all three have the same number of dimensions and broadcast.
public func marginRankingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneDimensionCount("margin_ranking_loss", [input1, input2, target])
    return try Tensor.marginRankingLoss(
        input1, input2, target: target, margin: margin, reduction: reduction.rawValue)
}

/// `marginRankingLoss` with its options, as a module.
public final class MarginRankingLoss: Module {
    public let margin: Double
    public let reduction: Reduction

    public init(margin: Double = 0, reduction: Reduction = .mean) {
        self.margin = margin
        self.reduction = reduction
    }

    public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input1, input2, target]) {
            try marginRankingLoss(input1, input2, target, margin: margin, reduction: reduction)
        }
    }
}
