import Torch

/// The negative logarithm of the probability that the logits give to the right class.
///
/// - Parameters:
///   - input: the logits, `[N, C]`, `[C]`, or `[N, C, d1, …]` with a class for each place.
///   - target: the classes (`int64`), `[N]`, `[]` or `[N, d1, …]`; or the classes' probabilities, of the input's shape.
///   - weight: how much each class counts, `[C]`.
///   - ignoreIndex: the class that counts for nothing.
///   - labelSmoothing: how much of the probability is spread over all classes, 0…1.
/// - Returns: a number, or one for each place where `reduction` is `none`.
/// - Throws: `TorchError` where shapes do not fit or, on the CPU, a class is not below C. (A CUDA device reports that
///   later, and cannot be used afterwards.)
public func crossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
    labelSmoothing: Double = 0
) throws -> Tensor {
    try Tensor.crossEntropyLoss(
        input, target: target, weight: weight, reduction: reduction.rawValue, ignoreIndex: ignoreIndex,
        labelSmoothing: labelSmoothing)
}

/// `crossEntropy` with its options, as a module.
public final class CrossEntropyLoss: Module {
    @Buffer public var weight: Tensor?
    public let ignoreIndex: Int
    public let reduction: Reduction
    public let labelSmoothing: Double

    /// - Parameter weight: how much each class counts, `[C]`: a buffer, as in PyTorch.
    public init(
        weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean, labelSmoothing: Double = 0
    ) {
        self.weight = weight
        self.ignoreIndex = ignoreIndex
        self.reduction = reduction
        self.labelSmoothing = labelSmoothing
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try crossEntropy(
                input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction,
                labelSmoothing: labelSmoothing)
        }
    }
}
