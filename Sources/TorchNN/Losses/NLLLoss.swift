import Torch

/// The negative logarithm of the right class's probability, from logarithms of probabilities: -w[y] · x[y].
///
/// After `logSoftmax` it is `crossEntropy`, which takes the logits themselves.
/// - Parameters:
///   - input: logarithms of probabilities, `[N, C]`, `[C]`, or `[N, C, d1, …]` with a class for each place.
///   - target: the classes (`int64`), `[N]`, `[]` or `[N, d1, …]`.
///   - weight: how much each class counts, `[C]`; the mean is then divided by the sum of the targets' weights.
///   - ignoreIndex: the class that counts for nothing.
/// - Throws: `TorchError` where shapes do not fit or, on the CPU, a class is not below C.
public func nllLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean
) throws -> Tensor {
    try Tensor.nllLossNd(
        input, target: target, weight: weight, reduction: reduction.rawValue, ignoreIndex: ignoreIndex)
}

/// `nllLoss` with its options, as a module; for images too, where PyTorch once had `NLLLoss2d`.
public final class NLLLoss: Module {
    @Buffer public var weight: Tensor?
    public let ignoreIndex: Int
    public let reduction: Reduction

    /// - Parameter weight: how much each class counts, `[C]`: a buffer, as in PyTorch.
    public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean) {
        self.weight = weight
        self.ignoreIndex = ignoreIndex
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try nllLoss(input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction)
        }
    }
}
