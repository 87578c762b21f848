import Torch

/// Normalises each channel of each sample of sequences by itself: (x - mean) / √(variance + eps) · weight + bias.
///
/// Takes and gives `[N, C, L]` or `[C, L]`. Ulyanov and others 2016, "Instance normalization".
public final class InstanceNorm1d: InstanceNorm {
    /// - Parameters:
    ///   - numFeatures: the number of channels.
    ///   - eps: what keeps the denominator from zero.
    ///   - momentum: how much of a batch's statistics goes into the running ones.
    ///   - affine: whether there are weight and bias.
    ///   - trackRunningStats: whether running statistics are kept, for evaluation.
    ///   - bias: whether there is a bias, where affine.
    /// - Throws: `TorchError` where the number of channels is not positive.
    public init(
        _ numFeatures: Int, eps: Double = 1e-5, momentum: Double = 0.1, affine: Bool = false,
        trackRunningStats: Bool = false, bias: Bool = true
    ) throws {
        try super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats,
            bias: bias, spatialDimensions: 1)
    }
}
