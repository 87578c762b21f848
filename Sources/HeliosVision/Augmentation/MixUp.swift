import Helios
import Torch

/// Mixes each sample of a batch with its neighbor, inputs and targets alike.
///
/// Zhang and others 2017, "mixup: Beyond empirical risk minimization". The neighbor is the sample before, so the batch
/// must be in random order. The targets become the probabilities of the classes, which `CrossEntropyLoss` takes.
public struct MixUp: Sendable {
    /// Both parameters of the beta distribution that the share of a sample is drawn from; greater numbers mix more.
    public var alpha: Double
    /// The number of classes, to make probabilities of class numbers; `nil` if the targets are probabilities.
    public var classes: Int?

    /// Mixes with shares of a distribution.
    public init(alpha: Double = 1, classes: Int? = nil) {
        (self.alpha, self.classes) = (alpha, classes)
    }

    /// The mixed batch.
    ///
    /// - Parameters:
    ///   - batch: inputs `[N, …]` of floating-point numbers, and targets `[N]` of class numbers or `[N, classes]`.
    ///   - random: what the share is drawn from; one share for the whole batch.
    /// - Throws: `DataError` for a wrong option, and for a batch of another kind.
    public func apply(to batch: LabeledBatch, random: inout SampleRandom) throws -> LabeledBatch {
        try BatchMixing.validate(batch, alpha: alpha, "MixUp")
        try ImageOperations.require(
            batch.inputs.dtype.isFloatingPoint, "MixUp",
            "inputs must be floating-point numbers, not \(batch.inputs.dtype); convert them first")
        let targets = try BatchMixing.probabilities(batch.targets, classes: classes, "MixUp")
        let share = try random.beta(alpha, alpha)
        return LabeledBatch(
            inputs: try BatchMixing.mix(batch.inputs, share: share),
            targets: try BatchMixing.mix(targets, share: share))
    }
}

/// What `MixUp` and `CutMix` share.
enum BatchMixing {
    static func validate(_ batch: LabeledBatch, alpha: Double, _ transform: String) throws {
        try ImageOperations.require(
            alpha > 0 && alpha.isFinite, transform, "alpha must be greater than 0, not \(alpha)")
        let (inputs, targets) = (batch.inputs.shape, batch.targets.shape)
        try ImageOperations.require(
            inputs.count > 0 && targets.first == inputs[0] && (1...2).contains(targets.count), transform,
            "a batch has inputs [N, ...] and targets [N] or [N, classes], not \(inputs) and \(targets)")
    }

    /// The probabilities of the classes, `[N, classes]`.
    static func probabilities(_ targets: Tensor, classes: Int?, _ transform: String) throws -> Tensor {
        if targets.dimensionCount == 2 {
            let given = targets.shape[1]
            try ImageOperations.require(
                classes ?? given == given, transform,
                "there are \(classes ?? 0) classes, and the targets have \(given) probabilities each")
            return targets.dtype.isFloatingPoint ? targets : try targets.to(.float32)
        }
        guard let classes, classes > 0 else {
            throw DataError("\(transform): the targets are class numbers; say how many classes there are")
        }
        try ImageOperations.require(
            !targets.dtype.isFloatingPoint, transform, "class numbers must be whole, not \(targets.dtype)")
        return try Tensor.oneHot(targets.to(.int64), numClasses: classes).to(.float32)
    }

    /// A share of each sample, and the rest of the sample before.
    static func mix(_ values: Tensor, share: Double) throws -> Tensor {
        try values.roll(shift: 1, dim: 0).mul_(1 - share).add_(values.mul(share))
    }
}

extension SampleRandom {
    /// A number of the beta distribution.
    mutating func beta(_ a: Double, _ b: Double) throws -> Double {
        let concentrations = try Tensor([a, b], shape: [1, 2])
        let shares = try Tensor.sampleDirichlet(concentrations, generator: generator()).array(Double.self)
        guard let share = shares.first, share.isFinite else {
            throw DataError("no share can be drawn with alpha \(a): take a number near 1")
        }
        return share
    }

    /// Numbers that add up to 1, of the symmetric Dirichlet distribution.
    mutating func dirichlet(_ alpha: Double, count: Int) throws -> [Double] {
        let concentrations = try Tensor([Double](repeating: alpha, count: count), shape: [1, count])
        return try Tensor.sampleDirichlet(concentrations, generator: generator()).array(Double.self)
    }
}
