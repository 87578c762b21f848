import Torch

/// A map that is linear in each of two inputs: x₁ᵀ·Wₖ·x₂ + bₖ for each output k.
///
/// Takes `[…, in1Features]` and `[…, in2Features]`, gives `[…, outFeatures]`. Weight and bias are drawn evenly from
/// ±1/√in1Features.
public final class Bilinear: Module {
    public let in1Features: Int
    public let in2Features: Int
    public let outFeatures: Int

    /// `[outFeatures, in1Features, in2Features]`.
    @Parameter public var weight: Tensor
    /// `[outFeatures]`.
    @Parameter public var bias: Tensor?

    /// - Parameter bias: whether there is a bias.
    /// - Throws: `TorchError` where a number of features is not positive.
    public init(_ in1Features: Int, _ in2Features: Int, _ outFeatures: Int, bias: Bool = true) throws {
        try requirePositive([in1Features, in2Features, outFeatures], "Bilinear", "numbers of features")
        self.in1Features = in1Features
        self.in2Features = in2Features
        self.outFeatures = outFeatures
        weight = try Tensor.empty([outFeatures, in1Features, in2Features])
        self.bias = bias ? try Tensor.empty([outFeatures]) : nil
        super.init()
        let bound = 1 / Double(in1Features).squareRoot()
        try Init.uniform_(weight, -bound, bound)
        if let bias = self.bias { try Init.uniform_(bias, -bound, bound) }
    }

    public override var extraDescription: String {
        "in1_features=\(in1Features), in2_features=\(in2Features), out_features=\(outFeatures), "
            + "bias=\(flagText(bias != nil))"
    }

    public func callAsFunction(_ input1: Tensor, _ input2: Tensor) throws -> Tensor {
        try withHooks([input1, input2]) {
            try bilinear(input1, input2, weight: weight, bias: bias)
        }
    }
}
