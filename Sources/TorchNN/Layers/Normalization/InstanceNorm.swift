import Torch

/// Normalizes each channel of each sample separately: (x - mean) / √(variance + eps) · weight + bias.
///
/// If running statistics are kept, evaluation mode uses them. Ulyanov and others 2016, "Instance normalization".
public class InstanceNorm: ChannelNorm, Layer {
    /// Creates a normalization of each channel.
    ///
    /// - Parameters:
    ///   - numFeatures: the number of channels.
    ///   - eps: a small number that prevents division by zero.
    ///   - momentum: the weight of a batch's statistics in the running statistics.
    ///   - affine: whether the layer has a weight and a bias.
    ///   - trackRunningStats: whether to keep running statistics for evaluation mode.
    ///   - bias: whether the layer has a bias, if `affine`.
    public init(
        _ numFeatures: Int, eps: Double = 1e-5, momentum: Double = 0.1, affine: Bool = false,
        trackRunningStats: Bool = false, bias: Bool = true
    ) {
        super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats, bias: bias)
    }

    /// How many dimensions an input has besides the channels and the batch.
    class var spatialDimensions: Int { 1 }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        let spatialDimensions = Self.spatialDimensions
        let isSingle = input.dimensionCount == spatialDimensions + 1
        try requireShape(
            isSingle || input.dimensionCount == spatialDimensions + 2, Self.layerName, input,
            "it takes \(spatialDimensions) spatial dimensions, with channels and perhaps a batch")
        let channels = try input.size(isSingle ? 0 : 1)
        try requireShape(
            channels == numFeatures, Self.layerName, input,
            "it normalizes \(numFeatures) channels, and the input has \(channels)")
        let output = try instanceNorm(
            isSingle ? input.unsqueeze(dim: 0) : input, runningMean: runningMean, runningVar: runningVar,
            weight: weight, bias: bias, useInputStats: isTraining || !trackRunningStats, momentum: momentum ?? 0,
            eps: eps)
        return isSingle ? try output.squeeze(dim: 0) : output
    }
}

/// Instance normalization of sequences: takes and returns `[N, C, L]` or `[C, L]`. See `InstanceNorm`.
public final class InstanceNorm1d: InstanceNorm {}

/// Instance normalization of images: takes and returns `[N, C, H, W]` or `[C, H, W]`. See `InstanceNorm`.
public final class InstanceNorm2d: InstanceNorm {
    override class var spatialDimensions: Int { 2 }
}

/// Instance normalization of volumes: takes and returns `[N, C, D, H, W]` or `[C, D, H, W]`. See `InstanceNorm`.
public final class InstanceNorm3d: InstanceNorm {
    override class var spatialDimensions: Int { 3 }
}
