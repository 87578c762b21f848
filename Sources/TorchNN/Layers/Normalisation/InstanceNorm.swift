import Torch

/// What the instance normalisations of one to three dimensions share: (x - mean) / √(variance + eps) · weight + bias for
/// each channel of each sample.
///
/// Where running statistics are kept, evaluation uses them. Ulyanov and others 2016, "Instance normalization".
public class InstanceNorm: ChannelNorm, Layer {
    private let spatialDimensions: Int

    init(
        _ numFeatures: Int, eps: Double, momentum: Double, affine: Bool, trackRunningStats: Bool, bias: Bool,
        spatialDimensions: Int
    ) throws {
        self.spatialDimensions = spatialDimensions
        try super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats, bias: bias)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        let isSingle = input.dimensionCount == spatialDimensions + 1
        try requireShape(
            isSingle || input.dimensionCount == spatialDimensions + 2, Self.layerName, input,
            "it takes \(spatialDimensions) spatial dimensions, with channels and perhaps a batch")
        let channels = try input.size(isSingle ? 0 : 1)
        try requireShape(
            channels == numFeatures, Self.layerName, input,
            "it normalises \(numFeatures) channels, and the input has \(channels)")
        let output = try instanceNorm(
            isSingle ? input.unsqueeze(dim: 0) : input, runningMean: runningMean, runningVar: runningVar,
            weight: weight, bias: bias, useInputStats: isTraining || !trackRunningStats, momentum: momentum ?? 0,
            eps: eps)
        return isSingle ? try output.squeeze(dim: 0) : output
    }
}
