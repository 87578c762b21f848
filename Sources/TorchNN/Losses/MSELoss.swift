import Torch

/// The squares of the differences, (x - y)², by default their mean.
///
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - weight: how much each element counts, of the input's shape; the mean is then Σ w·(x - y)² / Σ w.
/// - Throws: `TorchError` of kind `shape` where the shapes differ: what PyTorch broadcasts is seldom what was meant.
public func mseLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("mse_loss", input, target)
    guard let weight else { return try Tensor.mseLoss(input, target: target, reduction: reduction.rawValue) }
    try requireWeightOfEachElement("mse_loss", input, weight)
    return try (input - target).pow(2).weighted(by: weight, reduction: reduction)
}

/// `mseLoss` with its option, as a module.
public final class MSELoss: Module {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try mseLoss(input, target, reduction: reduction)
        }
    }
}
