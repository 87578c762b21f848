import Torch

/// max(x, 0), element by element.
public func relu(_ input: Tensor) throws -> Tensor {
    try input.relu()
}

/// min(max(x, 0), 6).
public func relu6(_ input: Tensor) throws -> Tensor {
    try Tensor.hardtanh(input, minVal: 0, maxVal: 6)
}

/// x if it is positive, and otherwise `negativeSlope`·x.
public func leakyReLU(_ input: Tensor, negativeSlope: Double = 0.01) throws -> Tensor {
    try Tensor.leakyRelu(input, negativeSlope: negativeSlope)
}

/// x if it is positive, and otherwise weight·x.
///
/// - Parameter weight: one number, or one for each channel of `[N, C, …]`.
public func prelu(_ input: Tensor, weight: Tensor) throws -> Tensor {
    try input.prelu(weight: weight)
}

/// x if it is positive, and otherwise a·x, with an a that is drawn uniformly from `lower` to `upper` for each element
/// in training, and midway between them otherwise.
public func rrelu(
    _ input: Tensor, lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, training: Bool = false
) throws -> Tensor {
    try Tensor.rrelu(input, lower: lower, upper: upper, training: training)
}

/// x if it is positive, and otherwise alpha·(eˣ - 1).
public func elu(_ input: Tensor, alpha: Double = 1) throws -> Tensor {
    try Tensor.elu(input, alpha: alpha)
}

/// max(x, 0) + min(alpha·(exp(x / alpha) - 1), 0).
public func celu(_ input: Tensor, alpha: Double = 1) throws -> Tensor {
    try Tensor.celu(input, alpha: alpha)
}

/// The scaled ELU that keeps mean 0 and variance 1 from layer to layer.
public func selu(_ input: Tensor) throws -> Tensor {
    try Tensor.selu(input)
}

/// x if it is greater than `threshold`, else `value`.
public func threshold(_ input: Tensor, threshold: Double, value: Double) throws -> Tensor {
    try Tensor.threshold(input, threshold: threshold, value: value)
}

/// x·Φ(x), where Φ is the cumulative normal distribution.
public func gelu(_ input: Tensor, approximate: GELU.Approximation = .none) throws -> Tensor {
    try Tensor.gelu(input, approximate: approximate)
}

/// x·σ(x), also called swish.
public func silu(_ input: Tensor) throws -> Tensor {
    try Tensor.silu(input)
}

/// x·tanh(softplus(x)).
public func mish(_ input: Tensor) throws -> Tensor {
    try Tensor.mish(input)
}

/// log(1 + exp(beta·x)) / beta; x itself if beta·x is greater than `threshold`.
public func softplus(_ input: Tensor, beta: Double = 1, threshold: Double = 20) throws -> Tensor {
    try Tensor.softplus(input, beta: beta, threshold: threshold)
}

/// 1 / (1 + e⁻ˣ).
public func sigmoid(_ input: Tensor) throws -> Tensor {
    try input.sigmoid()
}

/// The logarithm of `sigmoid`, without its loss of precision.
public func logSigmoid(_ input: Tensor) throws -> Tensor {
    try Tensor.logSigmoid(input)
}

/// 0 below -3, 1 above 3, x / 6 + 1/2 in between.
public func hardsigmoid(_ input: Tensor) throws -> Tensor {
    try Tensor.hardsigmoid(input)
}

/// x·`hardsigmoid`(x).
public func hardswish(_ input: Tensor) throws -> Tensor {
    try Tensor.hardswish(input)
}

/// x if it is within `minVal`…`maxVal`, and otherwise the nearer bound.
///
/// - Throws: `TorchError` if the lower bound is above the upper.
public func hardtanh(_ input: Tensor, minVal: Double = -1, maxVal: Double = 1) throws -> Tensor {
    try require(minVal <= maxVal, "hardtanh", "the lower bound, \(minVal), must not be above the upper, \(maxVal)")
    return try Tensor.hardtanh(input, minVal: minVal, maxVal: maxVal)
}

/// The hyperbolic tangent.
public func tanh(_ input: Tensor) throws -> Tensor {
    try input.tanh()
}

/// x - tanh(x).
public func tanhshrink(_ input: Tensor) throws -> Tensor {
    try input - input.tanh()
}

/// 0 within ±`lambd`, else x.
public func hardshrink(_ input: Tensor, lambd: Double = 0.5) throws -> Tensor {
    try input.hardshrink(lambd: lambd)
}

/// 0 within ±`lambd`, else x moved by `lambd` toward 0.
public func softshrink(_ input: Tensor, lambd: Double = 0.5) throws -> Tensor {
    try Tensor.softshrink(input, lambd: lambd)
}

/// x / (1 + |x|).
public func softsign(_ input: Tensor) throws -> Tensor {
    try input / (input.abs() + 1)
}

/// a·σ(b), where a and b are the halves of the input along `dim`.
public func glu(_ input: Tensor, dim: Int = -1) throws -> Tensor {
    try Tensor.glu(input, dim: dim)
}

/// Exponentials that sum to 1 along `dim`.
public func softmax(_ input: Tensor, dim: Int) throws -> Tensor {
    try input.softmax(dim: dim)
}

/// `softmax` of -x.
public func softmin(_ input: Tensor, dim: Int) throws -> Tensor {
    try (-input).softmax(dim: dim)
}

/// The logarithm of `softmax`, without its loss of precision.
public func logSoftmax(_ input: Tensor, dim: Int) throws -> Tensor {
    try input.logSoftmax(dim: dim)
}

/// Draws from the distribution whose unnormalized logarithms are the logits, so that gradients pass: Jang and others
/// 2017, "Categorical reparameterization with Gumbel-softmax".
///
/// - Parameters:
///   - tau: the temperature; the lower it is, the nearer the result is to one choice.
///   - hard: whether the result is one choice, a 1 among zeros, with the gradient of the soft one.
public func gumbelSoftmax(_ logits: Tensor, tau: Double = 1, hard: Bool = false, dim: Int = -1) throws -> Tensor {
    // PyTorch draws in the order of the elements, not in the order of memory.
    let gumbels = try -Tensor.emptyLike(logits.detach(), memoryFormat: .contiguous).exponential_().log()
    let soft = try ((logits + gumbels) / tau).softmax(dim: dim)
    guard hard else { return soft }
    let choice = try soft.argmax(dim: dim, keepDim: true)
    let one = try Tensor.zerosLike(logits.detach()).scatter_(dim: dim, index: choice, value: 1)
    return try one - soft.detach() + soft
}

/// x divided by its norm along `dim`.
///
/// - Parameters:
///   - p: the power of the norm.
///   - eps: the minimum norm in the denominator.
public func normalize(_ input: Tensor, p: Double = 2, dim: Int = 1, eps: Double = 1e-12) throws -> Tensor {
    let norm = try input.norm(p: p, dim: dim, keepDim: true)
    return try input / norm.clampMin(min: eps).expandAs(input)
}
