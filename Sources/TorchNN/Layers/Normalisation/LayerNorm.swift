import Torch

/// Normalises the last dimensions of each sample together: (x - mean) / √(variance + eps) · weight + bias.
///
/// Takes and gives `[…, normalizedShape]`. Ba and others 2016, "Layer normalization".
public final class LayerNorm: Module, Layer {
    public let normalizedShape: [Int]
    public let eps: Double
    public let elementwiseAffine: Bool

    /// Of `normalizedShape`, at first 1; nil unless affine.
    @Parameter public var weight: Tensor?
    /// Of `normalizedShape`, at first 0; nil unless affine.
    @Parameter public var bias: Tensor?

    /// - Parameters:
    ///   - normalizedShape: the sizes of the dimensions that are normalised together.
    ///   - eps: what keeps the denominator from zero.
    ///   - elementwiseAffine: whether there are weight and bias.
    ///   - bias: whether there is a bias, where affine.
    /// - Throws: `TorchError` where a size is not positive.
    public init(_ normalizedShape: [Int], eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true) throws
    {
        try requireNormalizedShape(normalizedShape, "LayerNorm")
        self.normalizedShape = normalizedShape
        self.eps = eps
        self.elementwiseAffine = elementwiseAffine
        weight = elementwiseAffine ? try Tensor.ones(normalizedShape) : nil
        self.bias = elementwiseAffine && bias ? try Tensor.zeros(normalizedShape) : nil
    }

    /// Normalises the last dimension alone.
    public convenience init(
        _ features: Int, eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true
    ) throws {
        try self.init([features], eps: eps, elementwiseAffine: elementwiseAffine, bias: bias)
    }

    public override var extraDescription: String {
        "\(tupleText(normalizedShape)), eps=\(eps), elementwise_affine=\(flagText(elementwiseAffine)), "
            + "bias=\(flagText(bias != nil))"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try layerNorm(input, normalizedShape: normalizedShape, weight: weight, bias: bias, eps: eps)
        }
    }
}

/// Throws unless there is a dimension to normalise, and every size is positive.
func requireNormalizedShape(_ shape: [Int], _ layer: String) throws {
    try require(!shape.isEmpty, layer, "the normalised shape needs a dimension")
    try requirePositive(shape, layer, "normalised shape")
}
