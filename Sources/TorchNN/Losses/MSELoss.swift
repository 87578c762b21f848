import Torch

/// The squares of the differences, by default their mean.
///
/// - Throws: `TorchError` of kind `shape` where the shapes differ: what PyTorch broadcasts is seldom what was meant.
public func mseLoss(_ input: Tensor, _ target: Tensor, reduction: Reduction = .mean) throws -> Tensor {
    guard input.shape == target.shape else {
        throw TorchError(
            kind: .shape, operation: "mse_loss",
            inputs: "\(input.dtype)\(input.shape), \(target.dtype)\(target.shape)",
            message: "input and target must have one shape")
    }
    return try Tensor.mseLoss(input, target: target, reduction: reduction.rawValue)
}

/// `mseLoss` with its option, as a module.
public final class MSELoss: Module {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try mseLoss(input, target, reduction: reduction)
    }
}
