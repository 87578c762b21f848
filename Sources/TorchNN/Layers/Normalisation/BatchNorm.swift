import Torch

/// Normalises each channel of a batch: (x - mean) / √(variance + eps) · weight + bias.
///
/// In training the statistics are the batch's, and go into the running ones; in evaluation they are the running ones.
/// Ioffe and Szegedy 2015, "Batch normalization".
public class BatchNorm: ChannelNorm, Layer {
    /// - Parameters:
    ///   - numFeatures: the number of channels.
    ///   - eps: what keeps the denominator from zero.
    ///   - momentum: how much of a batch's statistics goes into the running ones; nil for the mean of all batches.
    ///   - affine: whether there are weight and bias.
    ///   - trackRunningStats: whether running statistics are kept; otherwise evaluation too uses the batch's.
    ///   - bias: whether there is a bias, where affine.
    /// - Throws: `TorchError` where the number of channels is not positive.
    public override init(
        _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
        trackRunningStats: Bool = true, bias: Bool = true
    ) throws {
        try super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats, bias: bias)
    }

    /// How many dimensions an input has.
    class var dimensions: ClosedRange<Int> { 2...5 }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try requireShape(
                Self.dimensions.contains(input.dimensionCount), Self.layerName, input,
                "it takes batches of \(Self.dimensions.lowerBound) to \(Self.dimensions.upperBound) dimensions")
            let updatesRunningStats = isTraining && trackRunningStats
            var factor = momentum ?? 0
            if updatesRunningStats, momentum == nil, let numBatchesTracked {
                factor = 1 / (try numBatchesTracked.item(Double.self) + 1)
            }
            let usesRunningStats = !isTraining || trackRunningStats
            let output = try batchNorm(
                input, runningMean: usesRunningStats ? runningMean : nil,
                runningVar: usesRunningStats ? runningVar : nil,
                weight: weight, bias: bias, training: isTraining || (runningMean == nil && runningVar == nil),
                momentum: factor, eps: eps)
            if updatesRunningStats { try numBatchesTracked?.add_(1) }
            return output
        }
    }
}

/// Batch normalisation of vectors or sequences: takes and gives `[N, C]` or `[N, C, L]`. See `BatchNorm`.
public final class BatchNorm1d: BatchNorm {
    override class var dimensions: ClosedRange<Int> { 2...3 }
}

/// Batch normalisation of images: takes and gives `[N, C, H, W]`. See `BatchNorm`.
public final class BatchNorm2d: BatchNorm {
    override class var dimensions: ClosedRange<Int> { 4...4 }
}

/// Batch normalisation of volumes: takes and gives `[N, C, D, H, W]`. See `BatchNorm`.
public final class BatchNorm3d: BatchNorm {
    override class var dimensions: ClosedRange<Int> { 5...5 }
}
