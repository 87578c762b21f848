import Torch

/// The binary cross entropy of each class's logit, as a mean over the classes:
/// -Σ w[c] · (y[c] · log σ(x[c]) + (1 - y[c]) · log σ(-x[c])) / C.
///
/// - Parameters:
///   - input: the logits x, `[…, C]`.
///   - target: y, 0 or 1, of the input's shape.
///   - weight: how much each class counts, `[C]`.
/// - Returns: a number, or one for each row (`[…]`) where `reduction` is `none`.
/// - Throws: `TorchError` where shapes do not fit.
public func multilabelSoftMarginLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("multilabel_soft_margin_loss", input, target)
    let classCount = try input.size(-1)
    var loss = try -(target * Tensor.logSigmoid(input) + (1 - target) * Tensor.logSigmoid(-input))
    if let weight { loss = try loss * weight }
    loss = try loss.sum(dim: -1) / classCount
    return try loss.reduced(by: reduction)
}

/// `multilabelSoftMarginLoss` with its options, as a module.
public final class MultiLabelSoftMarginLoss: Module {
    @Buffer public var weight: Tensor?
    public let reduction: Reduction

    /// - Parameter weight: how much each class counts, `[C]`: a buffer, as in PyTorch.
    public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
        self.weight = weight
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try multilabelSoftMarginLoss(input, target, weight: weight, reduction: reduction)
        }
    }
}
