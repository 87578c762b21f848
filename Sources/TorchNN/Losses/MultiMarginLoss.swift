import Torch

/// The hinge loss of several classes: Σ over i ≠ y of max(0, margin - x[y] + x[i])ᵖ · w[y], divided by C.
///
/// - Parameters:
///   - input: the scores x, `[N, C]` or `[C]`.
///   - target: the classes y (`int64`), `[N]` or `[]`.
///   - p: the exponent, 1 or 2.
///   - margin: how far the right class's score should be above each other.
///   - weight: how much each class counts, `[C]`.
/// - Throws: `TorchError` where shapes or `p` do not fit or, on the CPU, a class is not below C.
public func multiMarginLoss(
    _ input: Tensor, _ target: Tensor, p: Int = 1, margin: Double = 1, weight: Tensor? = nil,
    reduction: Reduction = .mean
) throws -> Tensor {
    try checkOptions("multi_margin_loss", p: p, weight: weight)
    return try Tensor.multiMarginLoss(
        input, target: target, p: Scalar(p), margin: Scalar(margin), weight: weight, reduction: reduction.rawValue)
}

private func checkOptions(_ operation: String, p: Int, weight: Tensor?) throws {
    try require(p == 1 || p == 2, operation, "p must be 1 or 2, not \(p)")
    if let weight, weight.dimensionCount != 1 {
        throw shapeError(operation, [weight], "the weight must have one dimension")
    }
}

/// `multiMarginLoss` with its options, as a module.
public final class MultiMarginLoss: Module {
    @Buffer public var weight: Tensor?
    public let p: Int
    public let margin: Double
    public let reduction: Reduction

    /// - Parameter weight: how much each class counts, `[C]`: a buffer, as in PyTorch.
    /// - Throws: `TorchError` unless `p` is 1 or 2 and the weight has one dimension.
    public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) throws {
        try checkOptions("MultiMarginLoss", p: p, weight: weight)
        self.weight = weight
        self.p = p
        self.margin = margin
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try multiMarginLoss(input, target, p: p, margin: margin, weight: weight, reduction: reduction)
        }
    }
}
