import Torch

/// Normalizes each channel of a batch: (x - mean) / √(variance + eps) · weight + bias.
///
/// In training mode, the layer uses the statistics of the batch and updates the running statistics. In evaluation mode,
/// it uses the running statistics. Ioffe and Szegedy 2015, "Batch normalization".
open class BatchNorm: ChannelNorm, Layer {
    /// Normalizes with the statistics of several processes in training; `nil` for those of this one's batch.
    package final var synchronization: (any BatchSynchronization)?

    /// - Parameters:
    ///   - numFeatures: the number of channels.
    ///   - eps: a small number that prevents division by zero.
    ///   - momentum: the weight of a batch's statistics in the running statistics; `nil` keeps the mean of all batches.
    ///   - affine: whether the layer has a weight and a bias.
    ///   - trackRunningStats: whether to keep running statistics; otherwise, evaluation mode uses the statistics of the
    ///     batch too.
    ///   - bias: whether the layer has a bias, if `affine`.
    public override init(
        _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
        trackRunningStats: Bool = true, bias: Bool = true
    ) {
        super.init(
            numFeatures, eps: eps, momentum: momentum, affine: affine, trackRunningStats: trackRunningStats, bias: bias)
    }

    /// How many dimensions an input has.
    class var dimensions: ClosedRange<Int> { 2...5 }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        try requireShape(
            Self.dimensions.contains(input.dimensionCount), Self.layerName, input,
            "it takes batches of \(Self.dimensions.lowerBound) to \(Self.dimensions.upperBound) dimensions")
        let updatesRunningStats = isTraining && trackRunningStats
        var factor = momentum ?? 0
        if updatesRunningStats, momentum == nil, let numBatchesTracked {
            factor = 1 / (try numBatchesTracked.item(Double.self) + 1)
        }
        let output: Tensor
        if isTraining, let synchronization {
            output = try synchronization.normalize(input, as: self, momentum: factor)
        } else {
            let usesRunningStats = !isTraining || trackRunningStats
            output = try batchNorm(
                input, runningMean: usesRunningStats ? runningMean : nil,
                runningVar: usesRunningStats ? runningVar : nil,
                weight: weight, bias: bias, training: isTraining || (runningMean == nil && runningVar == nil),
                momentum: factor, eps: eps)
        }
        if updatesRunningStats { try numBatchesTracked?.add_(1) }
        return output
    }

    /// Whether other processes take part in a forward pass in training.
    package final var isSynchronized: Bool { synchronization != nil }

    /// PyTorch's name for what the layer does.
    override var className: String { isSynchronized ? "SyncBatchNorm" : super.className }
}

/// How several processes normalize their batches as one.
package protocol BatchSynchronization: Sendable {
    /// Normalizes a batch with the statistics of all, and updates the layer's running statistics if it keeps some.
    ///
    /// - Parameter momentum: the weight of the new statistics in the running statistics.
    func normalize(_ input: Tensor, as layer: BatchNorm, momentum: Double) throws -> Tensor
}

/// Batch normalization of vectors or sequences: takes and returns `[N, C]` or `[N, C, L]`. See `BatchNorm`.
public final class BatchNorm1d: BatchNorm {
    override class var dimensions: ClosedRange<Int> { 2...3 }
}

/// Batch normalization of images: takes and returns `[N, C, H, W]`. See `BatchNorm`.
public final class BatchNorm2d: BatchNorm {
    override class var dimensions: ClosedRange<Int> { 4...4 }
}

/// Batch normalization of volumes: takes and returns `[N, C, D, H, W]`. See `BatchNorm`.
public final class BatchNorm3d: BatchNorm {
    override class var dimensions: ClosedRange<Int> { 5...5 }
}

/// The base class of batch and instance normalization: weight, bias, and running statistics of each channel.
open class ChannelNorm: Module {
    public let numFeatures: Int
    public let eps: Double
    public internal(set) var momentum: Double?
    public let affine: Bool
    public let trackRunningStats: Bool
    private let usesBias: Bool

    /// `[numFeatures]`, initially 1; `nil` unless `affine`.
    @Parameter public var weight: Tensor?
    /// `[numFeatures]`, initially 0; `nil` unless `affine`.
    @Parameter public var bias: Tensor?
    /// `[numFeatures]`, initially 0; `nil` if no running statistics are kept.
    @Buffer("running_mean") public var runningMean: Tensor?
    /// `[numFeatures]`, initially 1; `nil` if no running statistics are kept.
    @Buffer("running_var") public var runningVar: Tensor?
    /// The number of batches in the running statistics.
    @Buffer("num_batches_tracked") public var numBatchesTracked: Tensor?

    init(_ numFeatures: Int, eps: Double, momentum: Double?, affine: Bool, trackRunningStats: Bool, bias: Bool) {
        self.numFeatures = numFeatures
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.trackRunningStats = trackRunningStats
        usesBias = affine && bias
        super.init()
        deferErrors {
            try requirePositive(["numFeatures": numFeatures], Self.layerName)
            weight = affine ? try Tensor.ones([numFeatures]) : nil
            self.bias = affine && bias ? try Tensor.zeros([numFeatures]) : nil
            if trackRunningStats {
                runningMean = try Tensor.zeros([numFeatures])
                runningVar = try Tensor.ones([numFeatures])
                numBatchesTracked = try Tensor.zeros([], dtype: .int64)
            }
        }
    }

    public override var extraDescription: String {
        "\(numFeatures), eps=\(eps), momentum=\(optionText(momentum)), affine=\(flagText(affine)), "
            + "bias=\(flagText(has(bias, asked: usesBias))), track_running_stats=\(flagText(trackRunningStats))"
    }
}
