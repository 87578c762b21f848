import Torch

/// The binary cross entropy of the sigmoid σ of logits: -w · (p · y · log σ(x) + (1 - y) · log(1 - σ(x))).
///
/// - Parameters:
///   - input: the logits x, of any shape.
///   - target: y, 0…1, of the input's shape.
///   - weight: w, how much each element counts, of a shape that broadcasts to the input's.
///   - posWeight: p, how much positive examples count, for example `[C]` with one number for each class; of a shape that
///     broadcasts to the input's.
/// - Throws: `TorchError` where shapes do not fit.
public func binaryCrossEntropyWithLogits(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, posWeight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("binary_cross_entropy_with_logits", input, target)
    return try Tensor.binaryCrossEntropyWithLogits(
        input, target: target, weight: weight, posWeight: posWeight, reduction: reduction.rawValue)
}

/// `binaryCrossEntropyWithLogits` with its options, as a module.
public final class BCEWithLogitsLoss: Module {
    @Buffer public var weight: Tensor?
    @Buffer("pos_weight") public var posWeight: Tensor?
    public let reduction: Reduction

    /// - Parameters:
    ///   - weight: how much each element counts: a buffer, as in PyTorch.
    ///   - posWeight: how much positive examples count: a buffer too.
    public init(weight: Tensor? = nil, posWeight: Tensor? = nil, reduction: Reduction = .mean) {
        self.reduction = reduction
        super.init()
        self.weight = weight
        self.posWeight = posWeight
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try binaryCrossEntropyWithLogits(
                input, target, weight: weight, posWeight: posWeight, reduction: reduction)
        }
    }
}
