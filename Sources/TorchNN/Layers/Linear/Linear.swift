import Torch

/// A linear map with a bias: x·Wᵀ + b.
///
/// Takes `[…, inFeatures]`, gives `[…, outFeatures]`. Weight and bias are drawn evenly from ±1/√inFeatures, as PyTorch
/// draws them.
open class Linear: Module, Layer {
    public let inFeatures: Int
    public let outFeatures: Int

    /// `[outFeatures, inFeatures]`.
    @Parameter public var weight: Tensor
    /// `[outFeatures]`.
    @Parameter public var bias: Tensor?

    /// - Parameter bias: whether there is a bias.
    /// - Throws: `TorchError` where a number of features is not positive.
    public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true) throws {
        try requirePositive([inFeatures, outFeatures], "Linear", "numbers of features")
        self.inFeatures = inFeatures
        self.outFeatures = outFeatures
        weight = try Tensor.empty([outFeatures, inFeatures])
        self.bias = bias ? try Tensor.empty([outFeatures]) : nil
        super.init()
        try Init.drawByFanIn(weight, bias: self.bias)
    }

    open override var extraDescription: String {
        "in_features=\(inFeatures), out_features=\(outFeatures), bias=\(flagText(bias != nil))"
    }

    open func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try linear(input, weight: weight, bias: bias)
        }
    }
}
