import Torch

/// The binary cross entropy of probabilities: -w · (y · log(x) + (1 - y) · log(1 - x)), each logarithm at least -100.
///
/// For logits use `binaryCrossEntropyWithLogits`, which keeps its precision where the sigmoid is near 0 or 1.
/// - Parameters:
///   - input: probabilities x, 0…1, of any shape.
///   - target: y, 0…1, of the input's shape.
///   - weight: how much each element counts, of a shape that broadcasts to the input's.
/// - Throws: `TorchError` where shapes do not fit or, on the CPU, an input is not between 0 and 1.
public func binaryCrossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("binary_cross_entropy", input, target)
    return try Tensor.binaryCrossEntropy(
        input, target: target, weight: weight?.expand(target.shape), reduction: reduction.rawValue)
}

/// `binaryCrossEntropy` with its options, as a module.
public final class BCELoss: Module {
    @Buffer public var weight: Tensor?
    public let reduction: Reduction

    /// - Parameter weight: how much each element of a batch counts: a buffer, as in PyTorch.
    public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
        self.weight = weight
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try binaryCrossEntropy(input, target, weight: weight, reduction: reduction)
        }
    }
}
