import Torch

/// The logistic loss of two classes: log(1 + exp(-y · x)).
///
/// - Parameters:
///   - input: the scores x, of any shape.
///   - target: y, 1 or -1, of the input's shape.
/// - Throws: `TorchError` of kind `shape` where the shapes differ.
public func softMarginLoss(_ input: Tensor, _ target: Tensor, reduction: Reduction = .mean) throws -> Tensor {
    try requireOneShape("soft_margin_loss", input, target)
    return try Tensor.softMarginLoss(input, target: target, reduction: reduction.rawValue)
}

/// `softMarginLoss` with its option, as a module.
public final class SoftMarginLoss: Module {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try softMarginLoss(input, target, reduction: reduction)
        }
    }
}
