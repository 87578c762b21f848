import Torch

/// Normalises groups of channels of each sample: (x - mean) / √(variance + eps) · weight + bias.
///
/// Takes and gives `[N, numChannels, …]`. Wu and He 2018, "Group normalization".
public final class GroupNorm: Module, Layer {
    public let numGroups: Int
    public let numChannels: Int
    public let eps: Double
    public let affine: Bool

    /// `[numChannels]`, at first 1; nil unless affine.
    @Parameter public var weight: Tensor?
    /// `[numChannels]`, at first 0; nil unless affine.
    @Parameter public var bias: Tensor?

    /// - Parameters:
    ///   - numGroups: a divisor of the number of channels.
    ///   - eps: what keeps the denominator from zero.
    ///   - affine: whether there are weight and bias.
    ///   - bias: whether there is a bias, where affine.
    /// - Throws: `TorchError` where the groups do not divide the channels.
    public init(
        _ numGroups: Int, _ numChannels: Int, eps: Double = 1e-5, affine: Bool = true, bias: Bool = true
    ) throws {
        try requirePositive([numGroups, numChannels], "GroupNorm", "numbers of groups and channels")
        try require(
            numChannels.isMultiple(of: numGroups), "GroupNorm",
            "the number of groups must divide \(numChannels) channels, and \(numGroups) does not")
        self.numGroups = numGroups
        self.numChannels = numChannels
        self.eps = eps
        self.affine = affine
        weight = affine ? try Tensor.ones([numChannels]) : nil
        self.bias = affine && bias ? try Tensor.zeros([numChannels]) : nil
    }

    public override var extraDescription: String {
        "\(numGroups), \(numChannels), eps=\(eps), affine=\(flagText(affine)), bias=\(flagText(bias != nil))"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try groupNorm(input, numGroups: numGroups, weight: weight, bias: bias, eps: eps)
        }
    }
}
