import Torch

/// The hinge loss of several classes: Σ over i ≠ y of max(0, margin - x[y] + x[i])ᵖ · w[y], divided by C.
///
/// - Parameters:
///   - input: the scores x, `[N, C]` or `[C]`.
///   - target: the classes y (`int64`), `[N]` or `[]`.
///   - p: the exponent, 1 or 2.
///   - margin: how far the score of the correct class should be above each other score.
///   - weight: the weight of each class, `[C]`.
/// - Throws: `TorchError` if shapes or `p` do not fit or, on the CPU, a class is not less than C.
public func multiMarginLoss(
    _ input: Tensor, _ target: Tensor, p: Int = 1, margin: Double = 1, weight: Tensor? = nil,
    reduction: Reduction = .mean
) throws -> Tensor {
    try checkOptions("multi_margin_loss", p: p, weight: weight)
    return try Tensor.multiMarginLoss(
        input, target, p: p, margin: margin, weight: weight, reduction: reduction)
}

private func checkOptions(_ operation: String, p: Int, weight: Tensor?) throws {
    try require(p == 1 || p == 2, operation, "p must be 1 or 2, not \(p)")
    if let weight, weight.dimensionCount != 1 {
        throw shapeError(operation, [weight], "the weight must have one dimension")
    }
}

/// `multiMarginLoss` with its options, as a module.
public final class MultiMarginLoss: Module, BinaryCallable {
    @Buffer public var weight: Tensor?
    public let p: Int
    public let margin: Double
    public let reduction: Reduction

    /// Creates the loss with its options.
    ///
    /// - Parameter weight: the weight of each class, `[C]`: a buffer, as in PyTorch.
    public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) {
        self.weight = weight
        self.p = p
        self.margin = margin
        self.reduction = reduction
        super.init()
        deferErrors {
            try checkOptions("MultiMarginLoss", p: p, weight: weight)
        }
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try requireInitialized()
        return try multiMarginLoss(input, target, p: p, margin: margin, weight: weight, reduction: reduction)
    }
}

/// The hinge loss of several labels: Σ over labels j and other classes i of max(0, 1 - (x[j] - x[i])), divided by C.
///
/// - Parameters:
///   - input: the scores x, `[N, C]` or `[C]`.
///   - target: the labels (`int64`), of the input's shape: in each row, those before the first -1.
/// - Throws: `TorchError` if shapes do not fit or a label is not between -1 and C - 1.
public func multilabelMarginLoss(_ input: Tensor, _ target: Tensor, reduction: Reduction = .mean) throws -> Tensor {
    try Tensor.multilabelMarginLoss(input, target, reduction: reduction)
}

/// `multilabelMarginLoss` with its option, as a module.
public final class MultiLabelMarginLoss: Module, BinaryCallable {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try multilabelMarginLoss(input, target, reduction: reduction)
    }
}

/// The binary cross entropy of each class's logit, as a mean over the classes:
/// -Σ w[c] · (y[c] · log σ(x[c]) + (1 - y[c]) · log σ(-x[c])) / C.
///
/// - Parameters:
///   - input: the logits x, `[…, C]`.
///   - target: y, 0 or 1, of the input's shape.
///   - weight: the weight of each class, `[C]`.
/// - Returns: a number, or one for each row (`[…]`) if `reduction` is `none`.
/// - Throws: `TorchError` if shapes do not fit.
public func multilabelSoftMarginLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("multilabel_soft_margin_loss", input, target)
    let classCount = try input.size(-1)
    var loss = try -(target * Tensor.logSigmoid(input) + (1 - target) * Tensor.logSigmoid(-input))
    if let weight { loss = try loss * weight }
    loss = try loss.sum(dim: -1) / classCount
    return try loss.reduced(by: reduction)
}

/// `multilabelSoftMarginLoss` with its options, as a module.
public final class MultiLabelSoftMarginLoss: Module, BinaryCallable {
    @Buffer public var weight: Tensor?
    public let reduction: Reduction

    /// Creates the loss with its options.
    ///
    /// - Parameter weight: the weight of each class, `[C]`: a buffer, as in PyTorch.
    public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
        self.weight = weight
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try multilabelSoftMarginLoss(input, target, weight: weight, reduction: reduction)
    }
}

/// The logistic loss of two classes: log(1 + exp(-y · x)).
///
/// - Parameters:
///   - input: the scores x, of any shape.
///   - target: y, 1 or -1, of the input's shape.
/// - Throws: `TorchError` of kind `shape` if the shapes differ.
public func softMarginLoss(_ input: Tensor, _ target: Tensor, reduction: Reduction = .mean) throws -> Tensor {
    try requireOneShape("soft_margin_loss", input, target)
    return try Tensor.softMarginLoss(input, target, reduction: reduction)
}

/// `softMarginLoss` with its option, as a module.
public final class SoftMarginLoss: Module, BinaryCallable {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try softMarginLoss(input, target, reduction: reduction)
    }
}
