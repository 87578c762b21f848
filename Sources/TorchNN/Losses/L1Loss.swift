import Torch

/// The magnitudes of the differences, |x - y|, by default their mean.
///
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - weight: how much each element counts, of the input's shape; the mean is then Σ w·|x - y| / Σ w.
/// - Throws: `TorchError` of kind `shape` where the shapes differ.
public func l1Loss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("l1_loss", input, target)
    guard let weight else { return try Tensor.l1Loss(input, target: target, reduction: reduction.rawValue) }
    try requireWeightOfEachElement("l1_loss", input, weight)
    return try (input - target).abs().weighted(by: weight, reduction: reduction)
}

/// `l1Loss` with its option, as a module.
public final class L1Loss: Module {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try l1Loss(input, target, reduction: reduction)
        }
    }
}
