import Torch

/// Normalises each channel of a batch of vectors or sequences: (x - mean) / √(variance + eps) · weight + bias.
///
/// Takes and gives `[N, C]` or `[N, C, L]`. In training the statistics are the batch's, and go into the running ones; in
/// evaluation they are the running ones. Ioffe and Szegedy 2015, "Batch normalization".
public final class BatchNorm1d: BatchNorm {
    /// - Parameters:
    ///   - numFeatures: the number of channels.
    ///   - eps: what keeps the denominator from zero.
    ///   - momentum: how much of a batch's statistics goes into the running ones; nil for the mean of all batches.
    ///   - affine: whether there are weight and bias.
    ///   - trackRunningStats: whether running statistics are kept; otherwise evaluation too uses the batch's.
    ///   - bias: whether there is a bias, where affine.
    /// - Throws: `TorchError` where the number of channels is not positive.
    public init(
        _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
        trackRunningStats: Bool = true, bias: Bool = true
    ) throws {
        try super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats,
            bias: bias, dimensions: 2...3, shapes: "[N, C] or [N, C, L]")
    }
}
