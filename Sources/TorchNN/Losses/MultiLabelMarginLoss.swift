import Torch

/// The hinge loss of several labels: Σ over labels j and other classes i of max(0, 1 - (x[j] - x[i])), divided by C.
///
/// - Parameters:
///   - input: the scores x, `[N, C]` or `[C]`.
///   - target: the labels (`int64`), of the input's shape: those before the first -1 in each row count.
/// - Throws: `TorchError` where shapes do not fit or a label is not between -1 and C - 1.
public func multilabelMarginLoss(_ input: Tensor, _ target: Tensor, reduction: Reduction = .mean) throws -> Tensor {
    try Tensor.multilabelMarginLoss(input, target: target, reduction: reduction.rawValue)
}

/// `multilabelMarginLoss` with its option, as a module.
public final class MultiLabelMarginLoss: Module {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try multilabelMarginLoss(input, target, reduction: reduction)
        }
    }
}
