import Foundation
import Torch

/// The divergence of a distribution of one kind from one of another; `nil` if there is no formula.
func divergenceOfTwoKinds(_ p: any Distribution, _ q: any Distribution) throws -> Tensor? {
    switch (p, q) {
    case (let p as Bernoulli, let q as Poisson): try divergence(p, q)
    case (let p as Beta, let q as Exponential): try divergence(p, q)
    case (let p as Beta, let q as Gamma): try divergence(p, q)
    case (let p as Beta, let q as Normal): try divergence(p, q)
    case (let p as Beta, let q as Uniform): try divergence(p, q)
    case (let p as Exponential, let q as Gamma): try divergence(p, q)
    case (let p as Exponential, let q as Normal): try divergence(p, q)
    case (let p as Gamma, let q as Exponential): try divergence(p, q)
    case (let p as Gamma, let q as Normal): try divergence(p, q)
    case (let p as Laplace, let q as Normal): try divergence(p, q)
    case (let p as Normal, let q as Laplace): try divergence(p, q)
    case (let p as Uniform, let q as Beta): try divergence(p, q)
    case (let p as Uniform, let q as Exponential): try divergence(p, q)
    case (let p as Uniform, let q as Gamma): try divergence(p, q)
    case (let p as Uniform, let q as Normal): try divergence(p, q)
    // What the second never draws has a share of the first.
    case (is Exponential, is Beta), (is Exponential, is Uniform), (is Gamma, is Beta), (is Gamma, is Uniform),
        (is Laplace, is Beta), (is Laplace, is Exponential), (is Laplace, is Gamma), (is Laplace, is Uniform),
        (is Normal, is Beta), (is Normal, is Exponential), (is Normal, is Gamma), (is Normal, is Uniform),
        (is Poisson, is Bernoulli), (is Poisson, is Binomial):
        try Tensor.fullLike(Tensor.broadcastTensors([p.mean, q.mean])[0], Double.infinity)
    default: nil
    }
}

private let eulerGamma = 0.57721566490153286060

/// log(2πσ²) / 2.
private func logOfWidth(_ q: Normal) throws -> Tensor {
    try (q.scale.pow(2) * (2 * Double.pi)).log() * 0.5
}

/// log Γ(α) − α log β: minus the logarithm of a gamma distribution's constant.
private func logNormalizer(_ q: Gamma) throws -> Tensor {
    try q.concentration.lgamma() - q.concentration * q.rate.log()
}

private func divergence(_ p: Bernoulli, _ q: Poisson) throws -> Tensor {
    try q.rate - p.probs * q.rate.log() - p.entropy()
}

private func divergence(_ p: Beta, _ q: Exponential) throws -> Tensor {
    try q.rate * p.mean - q.rate.log() - p.entropy()
}

private func divergence(_ p: Beta, _ q: Gamma) throws -> Tensor {
    let logarithm = try p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    let rest = try q.rate * p.mean - (q.concentration - 1) * logarithm
    return try logNormalizer(q) + rest - p.entropy()
}

private func divergence(_ p: Beta, _ q: Normal) throws -> Tensor {
    let distance = try (p.variance + (p.mean - q.loc).pow(2)) / (q.scale.pow(2) * 2)
    return try logOfWidth(q) + distance - p.entropy()
}

private func divergence(_ p: Beta, _ q: Uniform) throws -> Tensor {
    let finite = try (q.high - q.low).log() - p.entropy()
    return try infinite(where: q.low.gt(0).logicalOr(q.high.lt(1)), else: finite)
}

private func divergence(_ p: Exponential, _ q: Gamma) throws -> Tensor {
    let ratio = try q.rate / p.rate
    let gammas = try q.concentration.lgamma() + q.concentration * eulerGamma
    return try ratio - q.concentration * ratio.log() + gammas - (1 + eulerGamma)
}

private func divergence(_ p: Exponential, _ q: Normal) throws -> Tensor {
    let distance = try p.variance + (p.mean - q.loc).pow(2)
    return try logOfWidth(q) + distance / (q.scale.pow(2) * 2) - p.entropy()
}

private func divergence(_ p: Gamma, _ q: Exponential) throws -> Tensor {
    try q.rate * p.mean - q.rate.log() - p.entropy()
}

private func divergence(_ p: Gamma, _ q: Normal) throws -> Tensor {
    let distance = try p.variance + (p.mean - q.loc).pow(2)
    return try logOfWidth(q) + distance / (q.scale.pow(2) * 2) - p.entropy()
}

private func divergence(_ p: Laplace, _ q: Normal) throws -> Tensor {
    let distance = try p.variance + (p.mean - q.loc).pow(2)
    return try logOfWidth(q) + distance / (q.scale.pow(2) * 2) - p.entropy()
}

/// The mean of |x − μ| for a normally distributed x is σ√(2/π) exp(−d²/2σ²) + d·erf(d/σ√2), where d is between the
/// means.
private func divergence(_ p: Normal, _ q: Laplace) throws -> Tensor {
    let difference = try p.loc - q.loc
    let ratio = try difference / p.scale
    let tails = try p.scale * (ratio.pow(2) * -0.5).exp() * (2 / Double.pi).squareRoot()
    let distance = try tails + difference * (ratio * 0.5.squareRoot()).erf()
    return try (q.scale * 2).log() + distance / q.scale - p.entropy()
}

/// The mean of log x over a uniform distribution.
private func meanLogarithm(_ low: Tensor, _ high: Tensor) throws -> Tensor {
    try (high.xlogy(high) - low.xlogy(low)) / (high - low) - 1
}

private func divergence(_ p: Uniform, _ q: Beta) throws -> Tensor {
    let (q1, q0) = (try q.concentration1, try q.concentration0)
    let beta = try q1.lgamma() + q0.lgamma() - (q1 + q0).lgamma()
    let logarithms = try (q1 - 1) * meanLogarithm(p.low, p.high) + (q0 - 1) * meanLogarithm(1 - p.high, 1 - p.low)
    let finite = try beta - logarithms - p.entropy()
    return try infinite(where: p.high.gt(1).logicalOr(p.low.lt(0)), else: finite)
}

private func divergence(_ p: Uniform, _ q: Exponential) throws -> Tensor {
    let finite = try q.rate * p.mean - q.rate.log() - p.entropy()
    return try infinite(where: p.low.lt(0), else: finite)
}

private func divergence(_ p: Uniform, _ q: Gamma) throws -> Tensor {
    let logarithm = try (q.concentration - 1) * meanLogarithm(p.low, p.high)
    let finite = try logNormalizer(q) - logarithm + q.rate * p.mean - p.entropy()
    return try infinite(where: p.low.lt(0), else: finite)
}

private func divergence(_ p: Uniform, _ q: Normal) throws -> Tensor {
    let distance = try p.variance + (p.mean - q.loc).pow(2)
    return try logOfWidth(q) + distance / (q.scale.pow(2) * 2) - p.entropy()
}
