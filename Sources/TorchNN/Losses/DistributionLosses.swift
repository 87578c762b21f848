import Foundation
import Torch

/// How the Kullback-Leibler divergence reduces the losses of the elements: `Reduction` with one more case.
public enum KLDivReduction: CaseIterable, Sendable {
    /// No reduction.
    case none
    /// The mean over all elements. The mathematical definition of the divergence is `batchMean`.
    case mean
    case sum
    /// The sum, divided by the size of the first dimension.
    case batchMean
}

/// The Kullback-Leibler divergence of the target from the input, element by element: y · (log(y) - x).
///
/// - Parameters:
///   - input: logarithms of probabilities x, of any shape.
///   - target: probabilities y, of the input's shape.
///   - logTarget: whether the target contains logarithms too.
/// - Throws: `TorchError` of kind `shape` if the shapes differ.
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
    let loss = try Tensor.klDiv(input, target, reduction: plain, logTarget: logTarget)
    guard reduction == .batchMean, let batchSize = input.shape.first else { return loss }
    return try loss / batchSize
}

/// `klDiv` with its options, as a module.
public final class KLDivLoss: Module, BinaryCallable {
    public let reduction: KLDivReduction
    public let logTarget: Bool

    public init(reduction: KLDivReduction = .mean, logTarget: Bool = false) {
        self.reduction = reduction
        self.logTarget = logTarget
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try klDiv(input, target, reduction: reduction, logTarget: logTarget)
    }
}

/// The negative log-likelihood of counts y under Poisson distributions with the rates in the input.
///
/// It is exp(x) - y·x if the input is the logarithm of the rates, and otherwise x - y·log(x + eps); without the
/// constant log(y!).
/// - Parameters:
///   - input: the rates or their logarithms, of any shape.
///   - target: the counts, of the input's shape.
///   - logInput: whether the input is the rates' logarithm.
///   - full: whether Stirling's approximation of log(y!), y·log(y) - y + log(2πy) / 2, is added for y above 1.
///   - eps: a small number that keeps the logarithm finite if `logInput` is false.
/// - Throws: `TorchError` of kind `shape` if the shapes differ.
public func poissonNLLLoss(
    _ input: Tensor, _ target: Tensor, logInput: Bool = true, full: Bool = false, eps: Double = 1e-8,
    reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("poisson_nll_loss", input, target)
    return try Tensor.poissonNllLoss(
        input, target, logInput: logInput, full: full, eps: eps, reduction: reduction)
}

/// `poissonNLLLoss` with its options, as a module.
public final class PoissonNLLLoss: Module, BinaryCallable {
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

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try poissonNLLLoss(input, target, logInput: logInput, full: full, eps: eps, reduction: reduction)
    }
}

/// The negative log-likelihood of targets under normal distributions: (log(v) + (x - y)² / v) / 2.
///
/// Nix and Weigend 1994, "Estimating the mean and variance of the target probability distribution".
/// - Parameters:
///   - input: the means x, of any shape.
///   - target: y, of the input's shape, or one that broadcasts with it.
///   - variance: v (PyTorch's `var`), not negative: of the input's shape, or with one dimension of size 1, or without
///     the last dimension, for one variance of several elements.
///   - full: whether the constant log(2π) / 2 is added.
///   - eps: the minimum variance; its gradient goes to the variance unclamped.
/// - Throws: `TorchError` if the shapes do not fit or a variance is negative. (This check waits for the device.)
public func gaussianNLLLoss(
    _ input: Tensor, _ target: Tensor, variance: Tensor, full: Bool = false, eps: Double = 1e-6,
    reduction: Reduction = .mean
) throws -> Tensor {
    guard try !(variance .< 0).any().item(Bool.self) else {
        throw TorchError(kind: .other, operation: "gaussian_nll_loss", message: "a variance is negative")
    }
    let fitting = try fitted(variance, to: input)
    // A copy, clamped without recording: the gradient passes as if nothing had been clamped.
    let clamped = try fitting.clone()
    try noGrad { _ = try clamped.clampMin_(min: eps) }
    var loss = try 0.5 * (clamped.log() + (input - target).pow(2) / clamped)
    if full { loss = try loss + 0.5 * Foundation.log(2 * Double.pi) }
    return try loss.reduced(by: reduction)
}

/// The negative log-likelihood of targets under normal distributions with one variance for all elements.
///
/// - Throws: `TorchError` if the shapes do not fit or the variance is negative.
public func gaussianNLLLoss(
    _ input: Tensor, _ target: Tensor, variance: Double, full: Bool = false, eps: Double = 1e-6,
    reduction: Reduction = .mean
) throws -> Tensor {
    try gaussianNLLLoss(
        input, target, variance: Tensor.fullLike(input, variance), full: full, eps: eps,
        reduction: reduction)
}

/// The variance with the input's number of dimensions, if it has one of the three shapes that are allowed.
private func fitted(_ variance: Tensor, to input: Tensor) throws -> Tensor {
    let (here, there) = (variance.shape, input.shape)
    if here == there { return variance }
    if !there.isEmpty && here == Array(there.dropLast()) { return try variance.unsqueeze(dim: -1) }
    let differing = zip(here, there).filter { $0 != $1 }
    guard here.count == there.count, differing.count == 1, differing[0].0 == 1 else {
        throw shapeError(
            "gaussian_nll_loss", [input, variance],
            "the variance must have the input's shape, or one dimension of size 1, or lack the last dimension")
    }
    return variance
}

/// `gaussianNLLLoss` with its options, as a module.
public final class GaussianNLLLoss: Module {
    public let full: Bool
    public let eps: Double
    public let reduction: Reduction

    public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
        self.full = full
        self.eps = eps
        self.reduction = reduction
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor, variance: Tensor) throws -> Tensor {
        try call((input, target, variance)) { try forward(input, target, variance: variance) }
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor, variance: Double) throws -> Tensor {
        try call((input, target)) { try forward(input, target, variance: variance) }
    }

    /// What a call computes; see `gaussianNLLLoss`.
    public func forward(_ input: Tensor, _ target: Tensor, variance: Tensor) throws -> Tensor {
        try gaussianNLLLoss(input, target, variance: variance, full: full, eps: eps, reduction: reduction)
    }

    /// What a call computes; see `gaussianNLLLoss`.
    public func forward(_ input: Tensor, _ target: Tensor, variance: Double) throws -> Tensor {
        try gaussianNLLLoss(input, target, variance: variance, full: full, eps: eps, reduction: reduction)
    }
}
