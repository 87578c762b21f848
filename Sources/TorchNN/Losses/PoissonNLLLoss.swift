import Torch

/// The negative log-likelihood of counts y under Poisson distributions with the rates that the input gives.
///
/// exp(x) - y·x where the input is the rates' logarithm, otherwise x - y·log(x + eps); without the constant log(y!).
/// - Parameters:
///   - input: the rates or their logarithms, of any shape.
///   - target: the counts, of the input's shape.
///   - logInput: whether the input is the rates' logarithm.
///   - full: whether Stirling's approximation of log(y!), y·log(y) - y + log(2πy) / 2, is added for y above 1.
///   - eps: what keeps log(0) away where `logInput` is false.
/// - Throws: `TorchError` of kind `shape` where the shapes differ.
public func poissonNLLLoss(
    _ input: Tensor, _ target: Tensor, logInput: Bool = true, full: Bool = false, eps: Double = 1e-8,
    reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("poisson_nll_loss", input, target)
    return try Tensor.poissonNllLoss(
        input, target: target, logInput: logInput, full: full, eps: eps, reduction: reduction.rawValue)
}

/// `poissonNLLLoss` with its options, as a module.
public final class PoissonNLLLoss: Module {
    public let logInput: Bool
    public let full: Bool
    public let eps: Double
    public let reduction: Reduction

    public init(logInput: Bool = true, full: Bool = false, eps: Double = 1e-8, reduction: Reduction = .mean) {
        self.logInput = logInput
        self.full = full
        self.eps = eps
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try withHooks([input, target]) {
            try poissonNLLLoss(input, target, logInput: logInput, full: full, eps: eps, reduction: reduction)
        }
    }
}
