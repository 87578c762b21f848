import Torch

/// The cosine of the angle between two tensors' vectors along `dim`: x₁·x₂ / max(|x₁|·|x₂|, eps).
public final class CosineSimilarity: Module, BinaryCallable {
    public let dim: Int
    public let eps: Double

    /// Creates the similarity of vectors along a dimension.
    ///
    /// - Parameters:
    ///   - dim: the dimension of the vectors' elements.
    ///   - eps: the minimum of the product of lengths in the denominator.
    public init(dim: Int = 1, eps: Double = 1e-8) {
        self.dim = dim
        self.eps = eps
    }

    public func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
        try cosineSimilarity(x1, x2, dim: dim, eps: eps)
    }
}

/// The distance of two tensors' vectors: the norm of x₁ - x₂ + eps over the last dimension.
public final class PairwiseDistance: Module, BinaryCallable {
    public let p: Double
    public let eps: Double
    public let keepDim: Bool

    /// Creates the distance in the p-norm.
    ///
    /// - Parameters:
    ///   - p: the power of the norm.
    ///   - eps: a number that is added to each difference, which keeps the gradient finite.
    ///   - keepDim: whether to keep the last dimension, with size 1.
    public init(p: Double = 2, eps: Double = 1e-6, keepDim: Bool = false) {
        self.p = p
        self.eps = eps
        self.keepDim = keepDim
    }

    public func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
        try pairwiseDistance(x1, x2, p: p, eps: eps, keepDim: keepDim)
    }
}
