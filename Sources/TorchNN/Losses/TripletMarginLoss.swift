import Torch

/// How much nearer an anchor is to a positive example than to a negative one: max(0, d(a, p) - d(a, n) + margin), where
/// d(x, y) = ‖x - y + eps‖ₚ.
///
/// Balntas and others 2016, "Learning shallow convolutional feature descriptors with triplet losses".
/// - Parameters:
///   - anchor: `[N, D]` or `[D]`.
///   - positive: what should be near, of the anchor's shape.
///   - negative: what should be far, of the anchor's shape.
///   - margin: how much nearer the positive should be; positive.
///   - p: the norm's exponent.
///   - eps: what keeps the norm's derivative from 1 / 0.
///   - swap: whether the negative's distance from the positive counts where it is less than that from the anchor.
/// - Throws: `TorchError` where shapes do not fit or the margin is not positive.
public func tripletMarginLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2, eps: Double = 1e-6,
    swap: Bool = false, reduction: Reduction = .mean
) throws -> Tensor {
    try requirePositiveMargin("triplet_margin_loss", margin)
    return try Tensor.tripletMarginLoss(
        anchor, positive: positive, negative: negative, margin: margin, p: p, eps: eps, swap: swap,
        reduction: reduction.rawValue)
}

/// `tripletMarginLoss` with its options, as a module.
public final class TripletMarginLoss: Module {
    public let margin: Double
    public let p: Double
    public let eps: Double
    public let swap: Bool
    public let reduction: Reduction

    /// - Throws: `TorchError` unless the margin is positive.
    public init(
        margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean
    ) throws {
        try requirePositiveMargin("TripletMarginLoss", margin)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap
        self.reduction = reduction
    }

    public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws -> Tensor {
        try withHooks([anchor, positive, negative]) {
            try tripletMarginLoss(
                anchor, positive, negative, margin: margin, p: p, eps: eps, swap: swap, reduction: reduction)
        }
    }
}
