import Torch

/// A linear map with a bias: x·Wᵀ + b.
///
/// It takes `[…, inFeatures]` and returns `[…, outFeatures]`. Weight and bias are drawn uniformly from ±1/√inFeatures,
/// as PyTorch draws them.
open class Linear: Module, Layer {
    public let inFeatures: Int
    public let outFeatures: Int
    private let usesBias: Bool

    /// `[outFeatures, inFeatures]`.
    @Parameter public var weight: Tensor
    /// `[outFeatures]`.
    @Parameter public var bias: Tensor?

    /// Creates a linear map with random weights.
    ///
    /// - Parameters:
    ///   - inFeatures: the size of the input's last dimension; positive.
    ///   - outFeatures: the size of the output's last dimension; positive.
    ///   - bias: whether the layer has a bias.
    public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true) {
        self.inFeatures = inFeatures
        self.outFeatures = outFeatures
        usesBias = bias
        super.init()
        deferErrors {
            try requirePositive(["inFeatures": inFeatures, "outFeatures": outFeatures], "Linear")
            weight = try Tensor.empty([outFeatures, inFeatures])
            self.bias = bias ? try Tensor.empty([outFeatures]) : nil
            try Init.drawByFanIn(weight, bias: self.bias)
        }
    }

    open override var extraDescription: String {
        "in_features=\(inFeatures), out_features=\(outFeatures), bias=\(flagText(has(bias, asked: usesBias)))"
    }

    open func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try linear(input, weight: weight, bias: bias)
    }
}

extension Linear: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        saturatingProduct(output.count, inFeatures)
    }
}

/// A map that is linear in each of two inputs: x₁ᵀ·Wₖ·x₂ + bₖ for each output k.
///
/// It takes `[…, in1Features]` and `[…, in2Features]`, and returns `[…, outFeatures]`. Weight and bias are drawn
/// uniformly from ±1/√in1Features.
public final class Bilinear: Module, BinaryCallable {
    public let in1Features: Int
    public let in2Features: Int
    public let outFeatures: Int
    private let usesBias: Bool

    /// `[outFeatures, in1Features, in2Features]`.
    @Parameter public var weight: Tensor
    /// `[outFeatures]`.
    @Parameter public var bias: Tensor?

    /// Creates a bilinear map with random weights.
    ///
    /// - Parameters:
    ///   - in1Features: the size of the first input's last dimension; positive.
    ///   - in2Features: the size of the second input's last dimension; positive.
    ///   - outFeatures: the size of the output's last dimension; positive.
    ///   - bias: whether the layer has a bias.
    public init(_ in1Features: Int, _ in2Features: Int, _ outFeatures: Int, bias: Bool = true) {
        self.in1Features = in1Features
        self.in2Features = in2Features
        self.outFeatures = outFeatures
        usesBias = bias
        super.init()
        deferErrors {
            try requirePositive(
                ["in1Features": in1Features, "in2Features": in2Features, "outFeatures": outFeatures], "Bilinear")
            weight = try Tensor.empty([outFeatures, in1Features, in2Features])
            self.bias = bias ? try Tensor.empty([outFeatures]) : nil
            let bound = 1 / Double(in1Features).squareRoot()
            try Init.uniform_(weight, -bound, bound)
            if let bias = self.bias { try Init.uniform_(bias, -bound, bound) }
        }
    }

    public override var extraDescription: String {
        "in1_features=\(in1Features), in2_features=\(in2Features), out_features=\(outFeatures), "
            + "bias=\(flagText(has(bias, asked: usesBias)))"
    }

    public func forward(_ input1: Tensor, _ input2: Tensor) throws -> Tensor {
        try requireInitialized()
        return try bilinear(input1, input2, weight: weight, bias: bias)
    }
}

extension Bilinear: CountingMultiplyAdds {
    // Each weight with one input, and the sums with the other.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        saturatingProduct(output.count, in1Features + 1, in2Features)
    }
}

/// Returns its input: a placeholder for a layer that a network omits.
public final class Identity: Module, Layer {
    public func forward(_ input: Tensor) throws -> Tensor { input }
}
