import Torch

/// Normalizes groups of channels of each sample: (x - mean) / √(variance + eps) · weight + bias.
///
/// It takes and returns `[N, numChannels, …]`. Wu and He 2018, "Group normalization".
public final class GroupNorm: Module, Layer {
    public let numGroups: Int
    public let numChannels: Int
    public let eps: Double
    public let affine: Bool
    private let usesBias: Bool

    /// `[numChannels]`, initially 1; `nil` unless `affine`.
    @Parameter public var weight: Tensor?
    /// `[numChannels]`, initially 0; `nil` unless `affine`.
    @Parameter public var bias: Tensor?

    /// Creates a normalization of groups of channels.
    ///
    /// - Parameters:
    ///   - numGroups: the number of groups, a divisor of the number of channels.
    ///   - numChannels: the number of channels.
    ///   - eps: a small number that prevents division by zero.
    ///   - affine: whether the layer has a weight and a bias.
    ///   - bias: whether the layer has a bias, if `affine`.
    public init(
        _ numGroups: Int, _ numChannels: Int, eps: Double = 1e-5, affine: Bool = true, bias: Bool = true
    ) {
        self.numGroups = numGroups
        self.numChannels = numChannels
        self.eps = eps
        self.affine = affine
        usesBias = affine && bias
        super.init()
        deferErrors {
            try requirePositive(["numGroups": numGroups, "numChannels": numChannels], "GroupNorm")
            try require(
                numChannels.isMultiple(of: numGroups), "GroupNorm",
                "numGroups must divide numChannels, \(numChannels), and \(numGroups) does not")
            weight = affine ? try Tensor.ones([numChannels]) : nil
            self.bias = affine && bias ? try Tensor.zeros([numChannels]) : nil
        }
    }

    public override var extraDescription: String {
        "\(numGroups), \(numChannels), eps=\(eps), affine=\(flagText(affine)), "
            + "bias=\(flagText(has(bias, asked: usesBias)))"
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try groupNorm(input, numGroups: numGroups, weight: weight, bias: bias, eps: eps)
    }
}
