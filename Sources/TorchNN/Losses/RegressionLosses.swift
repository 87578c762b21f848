import Torch

/// The magnitudes of the differences, |x - y|, by default their mean.
///
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - weight: the weight of each element, of the input's shape; the mean is then Σ w·|x - y| / Σ w.
/// - Throws: `TorchError` of kind `shape` if the shapes differ.
public func l1Loss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("l1_loss", input, target)
    guard let weight else { return try Tensor.l1Loss(input, target, reduction: reduction) }
    try requireWeightOfEachElement("l1_loss", input, weight)
    return try (input - target).abs().weighted(by: weight, reduction: reduction)
}

/// `l1Loss` with its option, as a module.
public final class L1Loss: Module, BinaryCallable {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try l1Loss(input, target, reduction: reduction)
    }
}

/// The squares of the differences, (x - y)², by default their mean.
///
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - weight: the weight of each element, of the input's shape; the mean is then Σ w·(x - y)² / Σ w.
/// - Throws: `TorchError` of kind `shape` if the shapes differ: shapes that PyTorch would broadcast are rarely
///   intended.
public func mseLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
) throws -> Tensor {
    try requireOneShape("mse_loss", input, target)
    guard let weight else { return try Tensor.mseLoss(input, target, reduction: reduction) }
    try requireWeightOfEachElement("mse_loss", input, weight)
    return try (input - target).pow(2).weighted(by: weight, reduction: reduction)
}

/// `mseLoss` with its option, as a module.
public final class MSELoss: Module, BinaryCallable {
    public let reduction: Reduction

    public init(reduction: Reduction = .mean) {
        self.reduction = reduction
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try mseLoss(input, target, reduction: reduction)
    }
}

/// (x - y)² / (2 · beta) for differences below `beta`, and |x - y| - beta / 2 for larger ones.
///
/// It is `huberLoss` divided by `beta`; with `beta` 0 it is `l1Loss`. Girshick 2015, "Fast R-CNN".
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - beta: the difference at which the square ends and the line starts; not negative.
/// - Throws: `TorchError` if the shapes differ or `beta` is negative.
public func smoothL1Loss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, beta: Double = 1
) throws -> Tensor {
    try requireOneShape("smooth_l1_loss", input, target)
    guard beta != 0 else { return try Tensor.l1Loss(input, target, reduction: reduction) }
    return try Tensor.smoothL1Loss(input, target, reduction: reduction, beta: beta)
}

/// `smoothL1Loss` with its options, as a module.
public final class SmoothL1Loss: Module, BinaryCallable {
    public let reduction: Reduction
    public let beta: Double

    public init(reduction: Reduction = .mean, beta: Double = 1) {
        self.reduction = reduction
        self.beta = beta
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try smoothL1Loss(input, target, reduction: reduction, beta: beta)
    }
}

/// (x - y)² / 2 for differences up to `delta`, and delta · (|x - y| - delta / 2) for larger ones.
///
/// Huber 1964, "Robust estimation of a location parameter".
/// - Parameters:
///   - input: any shape.
///   - target: the input's shape.
///   - delta: the difference at which the square ends and the line starts; positive.
///   - weight: the weight of each element, of the input's shape; the mean is that over the elements, as in PyTorch.
/// - Throws: `TorchError` if the shapes differ or `delta` is not positive.
public func huberLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean, delta: Double = 1
) throws -> Tensor {
    try requireOneShape("huber_loss", input, target)
    guard let weight else {
        return try Tensor.huberLoss(input, target, reduction: reduction, delta: delta)
    }
    try requireWeightOfEachElement("huber_loss", input, weight)
    let loss = try Tensor.huberLoss(input, target, reduction: .none, delta: delta)
    return try (loss * weight).reduced(by: reduction)
}

/// `huberLoss` with its options, as a module.
public final class HuberLoss: Module, BinaryCallable {
    public let reduction: Reduction
    public let delta: Double

    public init(reduction: Reduction = .mean, delta: Double = 1) {
        self.reduction = reduction
        self.delta = delta
    }

    public func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try huberLoss(input, target, reduction: reduction, delta: delta)
    }
}
