import Torch

/// (x - y)² / 2 for differences up to `delta`, and delta · (|x - y| - delta / 2) for greater ones.
///
/// Huber 1964, "Robust estimation of a location parameter".
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - delta: where the square ends and the line begins; positive.
///   - weight: how much each element counts, of the input's shape; the mean is that over the elements, as in PyTorch.
/// - Throws: `TorchError` where the shapes differ or `delta` is not positive.
public func huberLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean, delta: Double = 1
) throws -> Tensor {
    try requireOneShape("huber_loss", input, target)
    guard let weight else {
        return try Tensor.huberLoss(input, target: target, reduction: reduction.rawValue, delta: delta)
    }
    try requireWeightOfEachElement("huber_loss", input, weight)
    let loss = try Tensor.huberLoss(input, target: target, reduction: Reduction.none.rawValue, delta: delta)
    return try (loss * weight).reduced(by: reduction)
}

/// `huberLoss` with its options, as a module.
public final class HuberLoss: Module {
    public let reduction: Reduction
    public let delta: Double

    public init(reduction: Reduction = .mean, delta: Double = 1) {
        self.reduction = reduction
        self.delta = delta
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try huberLoss(input, target, reduction: reduction, delta: delta)
        }
    }
}
