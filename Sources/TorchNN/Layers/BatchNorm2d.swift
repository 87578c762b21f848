import Torch

/// Normalises each channel of a batch of images: (x - mean) / √(variance + eps) · weight + bias.
///
/// Takes and gives `[N, C, H, W]`. In training the statistics are the batch's, and go into the running ones; in
/// evaluation they are the running ones. Ioffe and Szegedy 2015, "Batch normalization".
public final class BatchNorm2d: Module, Layer {
    public let numFeatures: Int
    public let eps: Double
    public let momentum: Double?
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
        try require(numFeatures > 0, "BatchNorm2d", "the number of channels must be positive, not \(numFeatures)")
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
        func text(_ flag: Bool) -> String { flag ? "True" : "False" }
        let momentum = momentum.map(\.description) ?? "None"
        return "\(numFeatures), eps=\(eps), momentum=\(momentum), affine=\(text(affine)), "
            + "bias=\(text(bias != nil)), track_running_stats=\(text(trackRunningStats))"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        guard input.dimensionCount == 4 else {
            throw TorchError(
                kind: .shape, operation: "BatchNorm2d", inputs: "\(input.dtype)\(input.shape)",
                message: "it takes images [N, C, H, W]")
        }
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
