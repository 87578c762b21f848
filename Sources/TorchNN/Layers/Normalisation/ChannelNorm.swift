import Torch

/// What batch and instance normalisation share: weight, bias and running statistics for each channel.
public class ChannelNorm: Module {
    public let numFeatures: Int
    public let eps: Double
    public internal(set) var momentum: Double?
    public let affine: Bool
    public let trackRunningStats: Bool

    /// `[numFeatures]`, at first 1; nil unless affine.
    @Parameter public var weight: Tensor?
    /// `[numFeatures]`, at first 0; nil unless affine.
    @Parameter public var bias: Tensor?
    /// `[numFeatures]`, at first 0; nil unless running statistics are kept.
    @Buffer("running_mean") public var runningMean: Tensor?
    /// `[numFeatures]`, at first 1; nil unless running statistics are kept.
    @Buffer("running_var") public var runningVar: Tensor?
    /// How many batches went into the running statistics.
    @Buffer("num_batches_tracked") public var numBatchesTracked: Tensor?

    init(
        _ numFeatures: Int, eps: Double, momentum: Double?, affine: Bool, trackRunningStats: Bool, bias: Bool
    ) throws {
        try requirePositive([numFeatures], Self.layerName, "number of channels")
        self.numFeatures = numFeatures
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.trackRunningStats = trackRunningStats
        weight = affine ? try Tensor.ones([numFeatures]) : nil
        self.bias = affine && bias ? try Tensor.zeros([numFeatures]) : nil
        super.init()
        if trackRunningStats {
            runningMean = try Tensor.zeros([numFeatures])
            runningVar = try Tensor.ones([numFeatures])
            numBatchesTracked = try Tensor.zeros([], dtype: .int64)
        }
    }

    public override var extraDescription: String {
        "\(numFeatures), eps=\(eps), momentum=\(optionText(momentum)), affine=\(flagText(affine)), "
            + "bias=\(flagText(bias != nil)), track_running_stats=\(flagText(trackRunningStats))"
    }
}
