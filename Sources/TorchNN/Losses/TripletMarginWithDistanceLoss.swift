import Torch

/// A distance of each row of one tensor from that of another.
public typealias DistanceFunction = (Tensor, Tensor) throws -> Tensor

/// `tripletMarginLoss` with a distance of one's own: max(0, d(a, p) - d(a, n) + margin).
///
/// - Parameters:
///   - anchor: of any shape that the distance takes.
///   - positive: what should be near.
///   - negative: what should be far.
///   - distanceFunction: d; the Euclidean distance where nil. What it throws comes through.
///   - margin: how much nearer the positive should be; positive.
///   - swap: whether the negative's distance from the positive counts where it is less than that from the anchor.
/// - Throws: `TorchError` where the numbers of dimensions differ or the margin is not positive.
public func tripletMarginWithDistanceLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, distanceFunction: DistanceFunction? = nil,
    margin: Double = 1, swap: Bool = false, reduction: Reduction = .mean
) throws -> Tensor {
    let operation = "triplet_margin_with_distance_loss"
    try requirePositiveMargin(operation, margin)
    try requireOneDimensionCount(operation, [anchor, positive, negative])
    let distance = distanceFunction ?? { try Tensor.pairwiseDistance($0, x2: $1) }
    let toPositive = try distance(anchor, positive)
    var toNegative = try distance(anchor, negative)
    if swap { toNegative = try toNegative.minimum(distance(positive, negative)) }
    return try (margin + toPositive - toNegative).clampMin(min: 0).reduced(by: reduction)
}

/// `tripletMarginWithDistanceLoss` with its options, as a module.
///
/// ```swift
/// let loss = try TripletMarginWithDistanceLoss(distanceFunction: { try ($0 - $1).abs().sum(dim: 1) })
/// ```
public final class TripletMarginWithDistanceLoss: Module {
    public let distanceFunction: DistanceFunction?
    public let margin: Double
    public let swap: Bool
    public let reduction: Reduction

    /// - Throws: `TorchError` unless the margin is positive.
    public init(
        distanceFunction: DistanceFunction? = nil, margin: Double = 1, swap: Bool = false, reduction: Reduction = .mean
    ) throws {
        try requirePositiveMargin("TripletMarginWithDistanceLoss", margin)
        self.distanceFunction = distanceFunction
        self.margin = margin
        self.swap = swap
        self.reduction = reduction
    }

    public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws -> Tensor {
        try withHooks([anchor, positive, negative]) {
            try tripletMarginWithDistanceLoss(
                anchor, positive, negative, distanceFunction: distanceFunction, margin: margin, swap: swap,
                reduction: reduction)
        }
    }
}
