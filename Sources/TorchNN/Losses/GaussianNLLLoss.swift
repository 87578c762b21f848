import Foundation
import Torch

/// The negative log-likelihood of targets under normal distributions: (log(v) + (x - y)² / v) / 2.
///
/// Nix and Weigend 1994, "Estimating the mean and variance of the target probability distribution".
/// - Parameters:
///   - input: the means x, of any shape.
///   - target: y, of the input's shape, or one that broadcasts with it.
///   - variance: v (PyTorch's `var`), not negative: of the input's shape, or with one dimension of size 1, or without the
///     last dimension, for one variance of several elements.
///   - full: whether the constant log(2π) / 2 is added.
///   - eps: the least variance that is used; its gradient goes to the variance unclamped.
/// - Throws: `TorchError` where the shapes do not fit or a variance is negative. (To see that waits for the device.)
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
    try noGrad { _ = try clamped.clampMin_(min: Scalar(eps)) }
    var loss = try 0.5 * (clamped.log() + (input - target).pow(2) / clamped)
    if full { loss = try loss + 0.5 * Foundation.log(2 * Double.pi) }
    return try loss.reduced(by: reduction)
}

/// The negative log-likelihood of targets under normal distributions with one variance for all elements.
///
/// - Throws: `TorchError` where the shapes do not fit or the variance is negative.
public func gaussianNLLLoss(
    _ input: Tensor, _ target: Tensor, variance: Double, full: Bool = false, eps: Double = 1e-6,
    reduction: Reduction = .mean
) throws -> Tensor {
    try gaussianNLLLoss(
        input, target, variance: Tensor.fullLike(input, Scalar(variance)), full: full, eps: eps,
        reduction: reduction)
}

/// The variance with the input's number of dimensions, where it has one of the three shapes that are meant.
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
        try withHooks([input, target, variance]) {
            try gaussianNLLLoss(input, target, variance: variance, full: full, eps: eps, reduction: reduction)
        }
    }

    public func callAsFunction(_ input: Tensor, _ target: Tensor, variance: Double) throws -> Tensor {
        try withHooks([input, target]) {
            try gaussianNLLLoss(input, target, variance: variance, full: full, eps: eps, reduction: reduction)
        }
    }
}
