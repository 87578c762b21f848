import Torch

/// The negative logarithm of the probability that the logits assign to the correct class.
///
/// - Parameters:
///   - input: the logits, `[N, C]`, `[C]`, or `[N, C, d1, …]` with a class for each position.
///   - target: the classes (`int64`), `[N]`, `[]` or `[N, d1, …]`; or the classes' probabilities, of the input's shape.
///   - weight: the weight of each class, `[C]`.
///   - ignoreIndex: the class to ignore.
///   - labelSmoothing: the fraction of the probability that is spread over all classes, 0…1.
/// - Returns: a number, or one for each position if `reduction` is `none`.
/// - Throws: `TorchError` if shapes do not fit or, on the CPU, a class is not less than C. (A CUDA device reports this
///   later and cannot be used afterward.)
public func crossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
    labelSmoothing: Double = 0
) throws -> Tensor {
    try Tensor.crossEntropyLoss(
        input, target, weight: weight, reduction: reduction, ignoreIndex: ignoreIndex,
        labelSmoothing: labelSmoothing)
}

/// `crossEntropy` with its options, as a module.
public final class CrossEntropyLoss: Module, BinaryCallable {
    @Buffer public var weight: Tensor?
    public let ignoreIndex: Int
    public let reduction: Reduction
    public let labelSmoothing: Double

    /// Creates the loss with its options.
    ///
    /// - Parameter weight: the weight of each class, `[C]`: a buffer, as in PyTorch.
    public init(
        weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean, labelSmoothing: Double = 0
    ) {
        self.weight = weight
        self.ignoreIndex = ignoreIndex
        self.reduction = reduction
        self.labelSmoothing = labelSmoothing
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try crossEntropy(
            input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction,
            labelSmoothing: labelSmoothing)
    }
}

/// The negative logarithm of the correct class's probability, from logarithms of probabilities: -w[y] · x[y].
///
/// After `logSoftmax` it is `crossEntropy`, which takes the logits themselves.
/// - Parameters:
///   - input: logarithms of probabilities, `[N, C]`, `[C]`, or `[N, C, d1, …]` with a class for each position.
///   - target: the classes (`int64`), `[N]`, `[]` or `[N, d1, …]`.
///   - weight: the weight of each class, `[C]`; the mean is then divided by the sum of the targets' weights.
///   - ignoreIndex: the class to ignore.
/// - Throws: `TorchError` if shapes do not fit or, on the CPU, a class is not less than C.
public func nllLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean
) throws -> Tensor {
    try Tensor.nllLossNd(
        input, target, weight: weight, reduction: reduction, ignoreIndex: ignoreIndex)
}

/// `nllLoss` with its options, as a module. It also supports images, for which PyTorch once had `NLLLoss2d`.
public final class NLLLoss: Module, BinaryCallable {
    @Buffer public var weight: Tensor?
    public let ignoreIndex: Int
    public let reduction: Reduction

    /// Creates the loss with its options.
    ///
    /// - Parameter weight: the weight of each class, `[C]`: a buffer, as in PyTorch.
    public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean) {
        self.weight = weight
        self.ignoreIndex = ignoreIndex
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try nllLoss(input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction)
    }
}

/// The binary cross entropy of probabilities: -w · (y · log(x) + (1 - y) · log(1 - x)), each logarithm at least -100.
///
/// For logits, use `binaryCrossEntropyWithLogits`, which retains its precision if the sigmoid is near 0 or 1.
/// - Parameters:
///   - input: probabilities x, 0…1, of any shape.
///   - target: y, 0…1, of the input's shape.
///   - weight: the weight of each element, with a shape that broadcasts to the input's.
/// - Throws: `TorchError` if shapes do not fit or, on the CPU, an input is not between 0 and 1.
public func binaryCrossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("binary_cross_entropy", input, target)
    return try Tensor.binaryCrossEntropy(
        input, target, weight: weight?.expand(target.shape), reduction: reduction)
}

/// `binaryCrossEntropy` with its options, as a module.
public final class BCELoss: Module, BinaryCallable {
    @Buffer public var weight: Tensor?
    public let reduction: Reduction

    /// Creates the loss with its options.
    ///
    /// - Parameter weight: the weight of each element of a batch: a buffer, as in PyTorch.
    public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
        self.weight = weight
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try binaryCrossEntropy(input, target, weight: weight, reduction: reduction)
    }
}

/// The binary cross entropy of the sigmoid σ of logits: -w · (p · y · log σ(x) + (1 - y) · log(1 - σ(x))).
///
/// - Parameters:
///   - input: the logits x, of any shape.
///   - target: y, 0…1, of the input's shape.
///   - weight: w, the weight of each element, with a shape that broadcasts to the input's.
///   - posWeight: p, the weight of positive examples, for example `[C]` with one number for each class; its shape
///     broadcasts to the input's.
/// - Throws: `TorchError` if shapes do not fit.
public func binaryCrossEntropyWithLogits(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, posWeight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("binary_cross_entropy_with_logits", input, target)
    return try Tensor.binaryCrossEntropyWithLogits(
        input, target, weight: weight, posWeight: posWeight, reduction: reduction)
}

/// `binaryCrossEntropyWithLogits` with its options, as a module.
public final class BCEWithLogitsLoss: Module, BinaryCallable {
    @Buffer public var weight: Tensor?
    @Buffer("pos_weight") public var posWeight: Tensor?
    public let reduction: Reduction

    /// Creates the loss with its options.
    ///
    /// - Parameters:
    ///   - weight: the weight of each element: a buffer, as in PyTorch.
    ///   - posWeight: the weight of positive examples: a buffer too.
    public init(weight: Tensor? = nil, posWeight: Tensor? = nil, reduction: Reduction = .mean) {
        self.reduction = reduction
        super.init()
        self.weight = weight
        self.posWeight = posWeight
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try binaryCrossEntropyWithLogits(
            input, target, weight: weight, posWeight: posWeight, reduction: reduction)
    }
}
