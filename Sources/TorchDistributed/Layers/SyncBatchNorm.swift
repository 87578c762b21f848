import Torch
import TorchNN

/// Batch normalization with the statistics of all ranks' batches in training: PyTorch's `SyncBatchNorm`, on the CPU
/// too.
///
/// ```swift
/// let network = try SyncBatchNorm.convert(ResNet(), group: group)
/// let parallel = try DistributedDataParallel(network, group: group)
/// ```
/// The outputs and gradients are those of one process that has the batches of all ranks as one; the batches may have
/// different sizes, and some may be empty. In evaluation it is a `BatchNorm`, and the ranks exchange nothing.
///
/// All ranks run the same forward and backward passes. As with any layer, the gradients of weight and bias are those of
/// the rank's own samples, for `DistributedDataParallel` to average.
public final class SyncBatchNorm: BatchNorm {
    /// - Parameters:
    ///   - numFeatures: the number of channels.
    ///   - eps: a small number that keeps the denominator from zero.
    ///   - momentum: how much of a batch's statistics goes into the running ones; `nil` keeps the mean of all batches.
    ///   - affine: whether there are a weight and a bias.
    ///   - trackRunningStats: whether running statistics are kept; otherwise evaluation uses those of the rank's own
    ///     batch.
    ///   - group: the ranks.
    ///   - bias: whether there is a bias, if `affine`.
    public init(
        _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
        trackRunningStats: Bool = true, group: ProcessGroup, bias: Bool = true
    ) {
        super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats, bias: bias)
        synchronization = RankSynchronization(group: group)
    }

    /// Makes every `BatchNorm` in a network use the statistics of all ranks: PyTorch's `convert_sync_batchnorm`.
    ///
    /// The layers stay the same objects with the same parameters and keys, so an optimizer keeps them. Instance
    /// normalization is not changed.
    /// - Parameter group: the ranks.
    /// - Returns: the network.
    /// - Throws: `ModuleError` if an initializer of the network failed.
    @discardableResult
    public static func convert<Network: Module>(_ network: Network, group: ProcessGroup) throws -> Network {
        let synchronization = RankSynchronization(group: group)
        return try network.apply { ($0 as? BatchNorm)?.synchronization = synchronization }
    }
}

/// Normalizes the batches of all ranks as one.
private struct RankSynchronization: BatchSynchronization {
    let group: ProcessGroup

    func normalize(_ input: Tensor, as layer: BatchNorm, momentum: Double) throws -> Tensor {
        let operation = "sync_batch_norm"
        let (mean, variance) = layer.trackRunningStats ? (layer.runningMean, layer.runningVar) : (nil, nil)
        if group.size == 1 {
            return try batchNorm(
                input, runningMean: mean, runningVar: variance, weight: layer.weight, bias: layer.bias, training: true,
                momentum: momentum, eps: layer.eps)
        }
        guard input.device == .cpu, input.dtype.isFloatingPoint, input.shape[1] == layer.numFeatures else {
            throw group.error(
                .invalidArgument, operation,
                "it takes floating-point numbers on the CPU with \(layer.numFeatures) channels in the second "
                    + "dimension, not \(input.dtype)\(input.shape) on \(input.device)")
        }
        guard layer.eps > 0 else {
            throw group.error(.invalidArgument, operation, "eps must be positive in training, and is \(layer.eps)")
        }
        let function = SyncBatchNormFunction(
            group: group, eps: layer.eps, momentum: momentum, runningMean: mean, runningVariance: variance,
            hasWeight: layer.weight != nil, biasType: layer.bias?.dtype)
        return try function.apply([input, layer.weight, layer.bias].compactMap { $0 })[0]
    }
}
