import Torch

/// What the batch normalisations of one to three dimensions share: (x - mean) / √(variance + eps) · weight + bias for
/// each channel.
///
/// In training the statistics are the batch's, and go into the running ones; in evaluation they are the running ones.
/// Ioffe and Szegedy 2015, "Batch normalization".
public class BatchNorm: ChannelNorm, Layer {
    private let dimensions: ClosedRange<Int>
    private let shapes: String

    init(
        _ numFeatures: Int, eps: Double, momentum: Double?, affine: Bool, trackRunningStats: Bool, bias: Bool,
        dimensions: ClosedRange<Int>, shapes: String
    ) throws {
        self.dimensions = dimensions
        self.shapes = shapes
        try super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats, bias: bias)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try requireShape(
            dimensions.contains(input.dimensionCount), Self.layerName, input, "it takes \(shapes)")
        let updatesRunningStats = isTraining && trackRunningStats
        var factor = momentum ?? 0
        if updatesRunningStats, momentum == nil, let numBatchesTracked {
            factor = 1 / (try numBatchesTracked.item(Double.self) + 1)
        }
        let usesRunningStats = !isTraining || trackRunningStats
        let output = try batchNorm(
            input, runningMean: usesRunningStats ? runningMean : nil, runningVar: usesRunningStats ? runningVar : nil,
            weight: weight, bias: bias, training: isTraining || (runningMean == nil && runningVar == nil),
            momentum: factor, eps: eps)
        if updatesRunningStats { try numBatchesTracked?.add_(1) }
        return output
    }
}
