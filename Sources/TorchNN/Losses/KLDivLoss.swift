import Torch

/// What the Kullback-Leibler divergence makes of the elements' losses: one case more than `Reduction` has.
public enum KLDivReduction: CaseIterable, Sendable {
    /// Leaves them as they are.
    case none
    /// Their mean over all elements. The divergence as it is defined is `batchMean`.
    case mean
    case sum
    /// Their sum, divided by the size of the first dimension.
    case batchMean
}

/// The Kullback-Leibler divergence of the target from the input, element by element: y · (log(y) - x).
///
/// - Parameters:
///   - input: logarithms of probabilities x, of any shape.
///   - target: probabilities y, of the input's shape.
///   - logTarget: whether the target too is logarithms.
/// - Throws: `TorchError` of kind `shape` where the shapes differ.
public func klDiv(
    _ input: Tensor, _ target: Tensor, reduction: KLDivReduction = .mean, logTarget: Bool = false
) throws -> Tensor {
    try requireOneShape("kl_div", input, target)
    let plain: Reduction =
        switch reduction {
        case .none: .none
        case .mean: .mean
        case .sum, .batchMean: .sum
        }
    let loss = try Tensor.klDiv(input, target: target, reduction: plain.rawValue, logTarget: logTarget)
    guard reduction == .batchMean, let batchSize = input.shape.first else { return loss }
    return try loss / batchSize
}

/// `klDiv` with its options, as a module.
public final class KLDivLoss: Module {
    public let reduction: KLDivReduction
    public let logTarget: Bool

    public init(reduction: KLDivReduction = .mean, logTarget: Bool = false) {
        self.reduction = reduction
        self.logTarget = logTarget
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try klDiv(input, target, reduction: reduction, logTarget: logTarget)
        }
    }
}
