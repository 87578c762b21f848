import Torch

/// Divides each element by a power of the mean square of its neighbors in other channels.
///
/// The result is x / (k + alpha · mean of x² over `size` channels)^beta. It takes and returns `[N, C, …]`. Krizhevsky
/// and others 2012, "ImageNet classification with deep convolutional neural networks".
public final class LocalResponseNorm: Module, Layer {
    public let size: Int
    public let alpha: Double
    public let beta: Double
    public let k: Double

    /// Creates a normalization over neighboring channels.
    ///
    /// - Parameter size: the number of channels that count as neighbors, including the element's own.
    public init(_ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
        super.init()
        deferErrors {
            try requirePositive(["size": size], "LocalResponseNorm")
        }
    }

    public override var extraDescription: String { "\(size), alpha=\(alpha), beta=\(beta), k=\(k)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try localResponseNorm(input, size: size, alpha: alpha, beta: beta, k: k)
    }
}
