import Torch

/// (x - y)² / (2 · beta) for differences below `beta`, and |x - y| - beta / 2 for greater ones.
///
/// It is `huberLoss` divided by `beta`; with `beta` 0 it is `l1Loss`. Girshick 2015, "Fast R-CNN".
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - beta: where the square ends and the line begins; not negative.
/// - Throws: `TorchError` where the shapes differ or `beta` is negative.
public func smoothL1Loss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, beta: Double = 1
) throws -> Tensor {
    try requireOneShape("smooth_l1_loss", input, target)
    guard beta != 0 else { return try Tensor.l1Loss(input, target: target, reduction: reduction.rawValue) }
    return try Tensor.smoothL1Loss(input, target: target, reduction: reduction.rawValue, beta: beta)
}

/// `smoothL1Loss` with its options, as a module.
public final class SmoothL1Loss: Module {
    public let reduction: Reduction
    public let beta: Double

    public init(reduction: Reduction = .mean, beta: Double = 1) {
        self.reduction = reduction
        self.beta = beta
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try smoothL1Loss(input, target, reduction: reduction, beta: beta)
        }
    }
}
