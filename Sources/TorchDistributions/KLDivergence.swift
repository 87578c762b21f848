import Torch

/// The Kullback–Leibler divergence KL(p‖q) = E_p[log p(x) − log q(x)], of the shape of the batch, in nats.
///
/// The pairs are those that PyTorch has formulas for: two of the same kind (but for `StudentT`), and `Bernoulli` and
/// `Poisson`; `Beta`, `Exponential`, `Gamma`, `Laplace`, `Normal` and `Uniform` with one another (but for some with
/// `Laplace`). It is infinite if p draws values that q never draws.
/// - Throws: `TorchError` if there is no formula for the pair, or if the shapes do not fit.
public func klDivergence(_ p: any Distribution, _ q: any Distribution) throws -> Tensor {
    if let own = try p.klDivergence(to: q) { return own }
    if let result = try divergenceOfOneKind(p, q) ?? divergenceOfTwoKinds(p, q) { return result }
    throw TorchError(
        kind: .other, operation: "klDivergence",
        message: "there is no formula for \(type(of: p)) and \(type(of: q)): estimate it by the mean of "
            + "p.logProb(x) - q.logProb(x) over samples x of p")
}

private func divergenceOfOneKind(_ p: any Distribution, _ q: any Distribution) throws -> Tensor? {
    switch (p, q) {
    case (let p as Normal, let q as Normal): try divergence(p, q)
    case (let p as LogNormal, let q as LogNormal): try divergence(p.base, q.base)
    case (let p as Laplace, let q as Laplace): try divergence(p, q)
    case (let p as Uniform, let q as Uniform): try divergence(p, q)
    case (let p as Exponential, let q as Exponential): try divergence(p, q)
    case (let p as Gamma, let q as Gamma): try divergence(p, q)
    case (let p as Beta, let q as Beta): try divergence(p, q)
    case (let p as Dirichlet, let q as Dirichlet): try divergence(p, q)
    case (let p as Poisson, let q as Poisson): try divergence(p, q)
    case (let p as Bernoulli, let q as Bernoulli): try divergence(p, q)
    case (let p as Binomial, let q as Binomial): try divergence(p, q)
    case (let p as Categorical, let q as Categorical): try divergence(p, q)
    case (let p as MultivariateNormal, let q as MultivariateNormal): try divergence(p, q)
    case (let p as any AnyIndependent, let q as any AnyIndependent): try divergence(p, q)
    default: nil
    }
}

/// Returns `infinity` at the elements for which the condition holds.
func infinite(where condition: Tensor, else value: Tensor) throws -> Tensor {
    try Tensor.where(condition, Double.infinity, value)
}

private func divergence(_ p: Normal, _ q: Normal) throws -> Tensor {
    let variances = try (p.scale / q.scale).pow(2)
    let distance = try ((p.loc - q.loc) / q.scale).pow(2)
    return try (variances + distance - 1 - variances.log()) * 0.5
}

// Gil 2011, "On Rényi divergence measures for continuous alphabet sources".
private func divergence(_ p: Laplace, _ q: Laplace) throws -> Tensor {
    let ratio = try p.scale / q.scale
    let distance = try (p.loc - q.loc).abs()
    return try distance / q.scale + ratio * (-distance / p.scale).exp() - ratio.log() - 1
}

private func divergence(_ p: Uniform, _ q: Uniform) throws -> Tensor {
    let isOutside = try q.low.gt(p.low).logicalOr(q.high.lt(p.high))
    return try infinite(where: isOutside, else: ((q.high - q.low) / (p.high - p.low)).log())
}

private func divergence(_ p: Exponential, _ q: Exponential) throws -> Tensor {
    let ratio = try q.rate / p.rate
    return try ratio - 1 - ratio.log()
}

private func divergence(_ p: Gamma, _ q: Gamma) throws -> Tensor {
    let rates = try q.concentration * (p.rate / q.rate).log()
    let gammas = try q.concentration.lgamma() - p.concentration.lgamma()
    let shapes = try (p.concentration - q.concentration) * p.concentration.digamma()
    return try rates + gammas + shapes + (q.rate - p.rate) * (p.concentration / p.rate)
}

private func divergence(_ p: Beta, _ q: Beta) throws -> Tensor {
    let (p1, p0, q1, q0) = (try p.concentration1, try p.concentration0, try q.concentration1, try q.concentration0)
    let (pTotal, qTotal) = (try p1 + p0, try q1 + q0)
    let ofQ = try q1.lgamma() + q0.lgamma() + pTotal.lgamma()
    let ofP = try p1.lgamma() + p0.lgamma() + qTotal.lgamma()
    let first = try (p1 - q1) * p1.digamma()
    let second = try (p0 - q0) * p0.digamma()
    return try ofQ - ofP + first + second + (qTotal - pTotal) * pTotal.digamma()
}

private func divergence(_ p: Dirichlet, _ q: Dirichlet) throws -> Tensor {
    let (pTotal, qTotal) = (try p.concentration.sum(dims: [-1]), try q.concentration.sum(dims: [-1]))
    let gammas = try (p.concentration.lgamma() - q.concentration.lgamma()).sum(dims: [-1])
    let logarithms = try p.concentration.digamma() - pTotal.digamma().unsqueeze(dim: -1)
    let rest = try ((p.concentration - q.concentration) * logarithms).sum(dims: [-1])
    return try pTotal.lgamma() - qTotal.lgamma() - gammas + rest
}

private func divergence(_ p: Poisson, _ q: Poisson) throws -> Tensor {
    try p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)
}

private func divergence(_ p: Bernoulli, _ q: Bernoulli) throws -> Tensor {
    let (pProbs, qProbs, pLogits, qLogits) = (try p.probs, try q.probs, try p.logits, try q.logits)
    var ones = try pProbs * (Tensor.softplus(-qLogits) - Tensor.softplus(-pLogits))
    ones = try infinite(where: qProbs.eq(0), else: ones)
    ones = try Tensor.where(pProbs.eq(0), 0, ones)
    var zeros = try (1 - pProbs) * (Tensor.softplus(qLogits) - Tensor.softplus(pLogits))
    zeros = try infinite(where: qProbs.eq(1), else: zeros)
    zeros = try Tensor.where(pProbs.eq(1), 0, zeros)
    return try ones + zeros
}

private func divergence(_ p: Binomial, _ q: Binomial) throws -> Tensor {
    guard !(try p.totalCount.lt(q.totalCount).any().item(Bool.self)) else {
        throw TorchError(
            kind: .other, operation: "klDivergence",
            message: "there is no formula for binomial distributions of which the second has more trials")
    }
    let odds = try p.probs * (p.logits - q.logits)
    let finite = try p.totalCount * (odds + (-p.probs).log1p() - (-q.probs).log1p())
    return try infinite(where: p.totalCount.gt(q.totalCount), else: finite)
}

private func divergence(_ p: Categorical, _ q: Categorical) throws -> Tensor {
    let (pProbs, qProbs) = (try p.probs, try q.probs)
    var terms = try pProbs * (p.logits - q.logits)
    terms = try infinite(where: qProbs.eq(0), else: terms)
    terms = try Tensor.where(pProbs.eq(0), 0, terms)
    return try terms.sum(dims: [-1])
}

private func divergence(_ p: MultivariateNormal, _ q: MultivariateNormal) throws -> Tensor {
    guard p.eventShape == q.eventShape else {
        throw TorchError(
            kind: .shape, operation: "klDivergence",
            message: "the distributions are of vectors of different lengths, \(p.eventShape) and \(q.eventShape)")
    }
    let determinants = try q.halfLogDeterminant - p.halfLogDeterminant
    let rest = try q.trace(with: p) + q.squaredDistance(q.loc - p.loc) - Double(p.eventShape[0])
    return try determinants + rest * 0.5
}

private func divergence(_ p: any AnyIndependent, _ q: any AnyIndependent) throws -> Tensor {
    guard p.reinterpretedBatchDims == q.reinterpretedBatchDims else {
        throw TorchError(
            kind: .other, operation: "klDivergence",
            message: "the events must have as many dimensions of the batch in both, not "
                + "\(p.reinterpretedBatchDims) and \(q.reinterpretedBatchDims)")
    }
    return try sumRightmost(klDivergence(p.anyBase, q.anyBase), p.reinterpretedBatchDims)
}
