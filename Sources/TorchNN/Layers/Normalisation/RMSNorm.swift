import Torch

/// Divides the last dimensions of each sample by their root mean square: x / √(mean of x² + eps) · weight.
///
/// Takes and gives `[…, normalizedShape]`. Zhang and Sennrich 2019, "Root mean square layer normalization".
public final class RMSNorm: Module, Layer {
    public let normalizedShape: [Int]
    public let eps: Double?
    public let elementwiseAffine: Bool

    /// Of `normalizedShape`, at first 1; nil unless affine.
    @Parameter public var weight: Tensor?

    /// - Parameters:
    ///   - normalizedShape: the sizes of the dimensions that are normalised together.
    ///   - eps: what keeps the denominator from zero; the smallest difference from 1 of the input's type where nil.
    ///   - elementwiseAffine: whether there is a weight.
    /// - Throws: `TorchError` where a size is not positive.
    public init(_ normalizedShape: [Int], eps: Double? = nil, elementwiseAffine: Bool = true) throws {
        try requireNormalizedShape(normalizedShape, "RMSNorm")
        self.normalizedShape = normalizedShape
        self.eps = eps
        self.elementwiseAffine = elementwiseAffine
        weight = elementwiseAffine ? try Tensor.ones(normalizedShape) : nil
    }

    /// Normalises the last dimension alone.
    public convenience init(_ features: Int, eps: Double? = nil, elementwiseAffine: Bool = true) throws {
        try self.init([features], eps: eps, elementwiseAffine: elementwiseAffine)
    }

    public override var extraDescription: String {
        "\(tupleText(normalizedShape)), eps=\(optionText(eps)), elementwise_affine=\(flagText(elementwiseAffine))"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try rmsNorm(input, normalizedShape: normalizedShape, weight: weight, eps: eps)
        }
    }
}
