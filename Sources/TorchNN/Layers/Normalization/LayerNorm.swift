import Torch

/// Normalizes the last dimensions of each sample together: (x - mean) / √(variance + eps) · weight + bias.
///
/// It takes and returns `[…, normalizedShape]`. Ba and others 2016, "Layer normalization".
public final class LayerNorm: Module, Layer {
    public let normalizedShape: [Int]
    public let eps: Double
    public let elementwiseAffine: Bool
    private let usesBias: Bool

    /// Of shape `normalizedShape`, initially 1; `nil` unless `elementwiseAffine`.
    @Parameter public var weight: Tensor?
    /// Of shape `normalizedShape`, initially 0; `nil` unless `elementwiseAffine`.
    @Parameter public var bias: Tensor?

    /// Creates a normalization of the last dimensions.
    ///
    /// - Parameters:
    ///   - normalizedShape: the sizes of the dimensions that are normalized together.
    ///   - eps: a small number that prevents division by zero.
    ///   - elementwiseAffine: whether the layer has a weight and a bias.
    ///   - bias: whether the layer has a bias, if `elementwiseAffine`.
    public init(_ normalizedShape: [Int], eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true) {
        self.normalizedShape = normalizedShape
        self.eps = eps
        self.elementwiseAffine = elementwiseAffine
        usesBias = elementwiseAffine && bias
        super.init()
        deferErrors {
            try requireNormalizedShape(normalizedShape, "LayerNorm")
            weight = elementwiseAffine ? try Tensor.ones(normalizedShape) : nil
            self.bias = elementwiseAffine && bias ? try Tensor.zeros(normalizedShape) : nil
        }
    }

    /// Normalizes the last dimension alone, of size `features`.
    public convenience init(
        _ features: Int, eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true
    ) {
        self.init([features], eps: eps, elementwiseAffine: elementwiseAffine, bias: bias)
    }

    public override var extraDescription: String {
        "\(tupleText(normalizedShape)), eps=\(eps), elementwise_affine=\(flagText(elementwiseAffine)), "
            + "bias=\(flagText(has(bias, asked: usesBias)))"
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try layerNorm(input, normalizedShape: normalizedShape, weight: weight, bias: bias, eps: eps)
    }
}

/// Divides the last dimensions of each sample by their root mean square: x / √(mean of x² + eps) · weight.
///
/// It takes and returns `[…, normalizedShape]`. Zhang and Sennrich 2019, "Root mean square layer normalization".
public final class RMSNorm: Module, Layer {
    public let normalizedShape: [Int]
    public let eps: Double?
    public let elementwiseAffine: Bool

    /// Of shape `normalizedShape`, initially 1; `nil` unless `elementwiseAffine`.
    @Parameter public var weight: Tensor?

    /// Creates a normalization of the last dimensions.
    ///
    /// - Parameters:
    ///   - normalizedShape: the sizes of the dimensions that are normalized together.
    ///   - eps: a small number that prevents division by zero; `nil` uses the smallest difference from 1 of the input's
    ///     type.
    ///   - elementwiseAffine: whether the layer has a weight.
    public init(_ normalizedShape: [Int], eps: Double? = nil, elementwiseAffine: Bool = true) {
        self.normalizedShape = normalizedShape
        self.eps = eps
        self.elementwiseAffine = elementwiseAffine
        super.init()
        deferErrors {
            try requireNormalizedShape(normalizedShape, "RMSNorm")
            weight = elementwiseAffine ? try Tensor.ones(normalizedShape) : nil
        }
    }

    /// Normalizes the last dimension alone, of size `features`.
    public convenience init(_ features: Int, eps: Double? = nil, elementwiseAffine: Bool = true) {
        self.init([features], eps: eps, elementwiseAffine: elementwiseAffine)
    }

    public override var extraDescription: String {
        "\(tupleText(normalizedShape)), eps=\(optionText(eps)), elementwise_affine=\(flagText(elementwiseAffine))"
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try rmsNorm(input, normalizedShape: normalizedShape, weight: weight, eps: eps)
    }
}

/// Throws unless there is a dimension to normalize, and every size is positive.
private func requireNormalizedShape(_ shape: [Int], _ layer: String) throws {
    try require(!shape.isEmpty, layer, "normalizedShape must have a dimension")
    try requirePositive(shape, layer, "normalizedShape")
}
