import Torch

/// How far two scores are from the correct order: max(0, -y · (x1 - x2) + margin).
///
/// - Parameters:
///   - input1: the scores x1, of any shape.
///   - input2: the scores x2.
///   - target: y, 1 if the first should be greater, -1 if the second should.
///   - margin: the minimum difference that the scores should have.
/// - Throws: `TorchError` of kind `shape` unless all three have the same number of dimensions and broadcast.
public func marginRankingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneDimensionCount("margin_ranking_loss", [input1, input2, target])
    return try Tensor.marginRankingLoss(
        input1, input2, target, margin: margin, reduction: reduction)
}

/// `marginRankingLoss` with its options, as a module.
public final class MarginRankingLoss: Module, TernaryCallable {
    public let margin: Double
    public let reduction: Reduction

    public init(margin: Double = 0, reduction: Reduction = .mean) {
        self.margin = margin
        self.reduction = reduction
    }

    public func forward(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
        try marginRankingLoss(input1, input2, target, margin: margin, reduction: reduction)
    }
}

/// Pulls similar pairs together and pushes others apart, by their distances: x if y is 1, max(0, margin - x) if it is
/// -1.
///
/// - Parameters:
///   - input: the distances x, of any shape.
///   - target: y, 1 or -1, of the input's shape.
///   - margin: the distance beyond which dissimilar pairs have no loss.
/// - Throws: `TorchError` of kind `shape` if the shapes differ.
public func hingeEmbeddingLoss(
    _ input: Tensor, _ target: Tensor, margin: Double = 1, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("hinge_embedding_loss", input, target)
    return try Tensor.hingeEmbeddingLoss(input, target, margin: margin, reduction: reduction)
}

/// `hingeEmbeddingLoss` with its options, as a module.
public final class HingeEmbeddingLoss: Module, BinaryCallable {
    public let margin: Double
    public let reduction: Reduction

    public init(margin: Double = 1, reduction: Reduction = .mean) {
        self.margin = margin
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try hingeEmbeddingLoss(input, target, margin: margin, reduction: reduction)
    }
}

/// Pulls similar vectors to one direction and pushes others apart: 1 - cos(x1, x2) if y is 1, max(0, cos(x1, x2) -
/// margin) if it is -1.
///
/// - Parameters:
///   - input1: the vectors x1, `[N, D]` or `[D]`.
///   - input2: the vectors x2, like `input1`.
///   - target: y, 1 or -1, `[N]` or `[]`.
///   - margin: the cosine up to which dissimilar vectors have no loss; best between 0 and 0.5.
/// - Throws: `TorchError` if shapes do not fit.
public func cosineEmbeddingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean
) throws -> Tensor {
    try Tensor.cosineEmbeddingLoss(
        input1, input2, target, margin: margin, reduction: reduction)
}

/// `cosineEmbeddingLoss` with its options, as a module.
public final class CosineEmbeddingLoss: Module, TernaryCallable {
    public let margin: Double
    public let reduction: Reduction

    public init(margin: Double = 0, reduction: Reduction = .mean) {
        self.margin = margin
        self.reduction = reduction
    }

    public func forward(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
        try cosineEmbeddingLoss(input1, input2, target, margin: margin, reduction: reduction)
    }
}

/// How much nearer an anchor is to a positive example than to a negative one: max(0, d(a, p) - d(a, n) + margin), where
/// d(x, y) = ‖x - y + eps‖ₚ.
///
/// Balntas and others 2016, "Learning shallow convolutional feature descriptors with triplet losses".
/// - Parameters:
///   - anchor: `[N, D]` or `[D]`.
///   - positive: the example that should be near, of the anchor's shape.
///   - negative: the example that should be far, of the anchor's shape.
///   - margin: how much nearer the positive should be; positive.
///   - p: the exponent of the norm.
///   - eps: a small number that keeps the derivative of the norm finite.
///   - swap: whether to use the negative's distance from the positive if it is less than that from the anchor.
/// - Throws: `TorchError` if shapes do not fit or the margin is not positive.
public func tripletMarginLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2, eps: Double = 1e-6,
    swap: Bool = false, reduction: Reduction = .mean
) throws -> Tensor {
    try requirePositiveMargin("triplet_margin_loss", margin)
    return try Tensor.tripletMarginLoss(
        anchor, positive, negative, margin: margin, p: p, eps: eps, swap: swap,
        reduction: reduction)
}

/// `tripletMarginLoss` with its options, as a module.
public final class TripletMarginLoss: Module, TernaryCallable {
    public let margin: Double
    public let p: Double
    public let eps: Double
    public let swap: Bool
    public let reduction: Reduction

    public init(
        margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean
    ) {
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap
        self.reduction = reduction
        super.init()
        deferErrors {
            try requirePositiveMargin("TripletMarginLoss", margin)
        }
    }

    public func forward(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws -> Tensor {
        try requireInitialized()
        return try tripletMarginLoss(
            anchor, positive, negative, margin: margin, p: p, eps: eps, swap: swap, reduction: reduction)
    }
}

/// A distance between each row of one tensor and the same row of another.
public typealias DistanceFunction = (Tensor, Tensor) throws -> Tensor

/// `tripletMarginLoss` with your own distance function: max(0, d(a, p) - d(a, n) + margin).
///
/// - Parameters:
///   - anchor: any shape that the distance function supports.
///   - positive: the example that should be near.
///   - negative: the example that should be far.
///   - distanceFunction: d; `nil` uses the Euclidean distance. An error that it throws is passed on.
///   - margin: how much nearer the positive should be; positive.
///   - swap: whether to use the negative's distance from the positive if it is less than that from the anchor.
/// - Throws: `TorchError` if the numbers of dimensions differ or the margin is not positive.
public func tripletMarginWithDistanceLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, distanceFunction: DistanceFunction? = nil,
    margin: Double = 1, swap: Bool = false, reduction: Reduction = .mean
) throws -> Tensor {
    let operation = "triplet_margin_with_distance_loss"
    try requirePositiveMargin(operation, margin)
    try requireOneDimensionCount(operation, [anchor, positive, negative])
    let distance = distanceFunction ?? { try Tensor.pairwiseDistance($0, $1) }
    let toPositive = try distance(anchor, positive)
    var toNegative = try distance(anchor, negative)
    if swap { toNegative = try toNegative.minimum(distance(positive, negative)) }
    return try (margin + toPositive - toNegative).clampMin(min: 0).reduced(by: reduction)
}

/// `tripletMarginWithDistanceLoss` with its options, as a module.
///
/// ```swift
/// let loss = TripletMarginWithDistanceLoss(distanceFunction: { try ($0 - $1).abs().sum(dim: 1) })
/// ```
public final class TripletMarginWithDistanceLoss: Module, TernaryCallable {
    public let distanceFunction: DistanceFunction?
    public let margin: Double
    public let swap: Bool
    public let reduction: Reduction

    public init(
        distanceFunction: DistanceFunction? = nil, margin: Double = 1, swap: Bool = false, reduction: Reduction = .mean
    ) {
        self.distanceFunction = distanceFunction
        self.margin = margin
        self.swap = swap
        self.reduction = reduction
        super.init()
        deferErrors {
            try requirePositiveMargin("TripletMarginWithDistanceLoss", margin)
        }
    }

    public func forward(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws -> Tensor {
        try requireInitialized()
        return try tripletMarginWithDistanceLoss(
            anchor, positive, negative, distanceFunction: distanceFunction, margin: margin, swap: swap,
            reduction: reduction)
    }
}
