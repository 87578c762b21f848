import Torch

/// Divides each element by a power of the mean square of its neighbours in other channels.
///
/// x / (k + alpha · mean of x² over `size` channels)^beta; takes and gives `[N, C, …]`. Krizhevsky and others 2012,
/// "ImageNet classification with deep convolutional neural networks".
public final class LocalResponseNorm: Module, Layer {
    public let size: Int
    public let alpha: Double
    public let beta: Double
    public let k: Double

    /// - Parameter size: how many channels are neighbours, the element's own among them.
    /// - Throws: `TorchError` where the size is not positive.
    public init(_ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) throws {
        try requirePositive([size], "LocalResponseNorm", "size")
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
    }

    public override var extraDescription: String { "\(size), alpha=\(alpha), beta=\(beta), k=\(k)" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try localResponseNorm(input, size: size, alpha: alpha, beta: beta, k: k)
        }
    }
}
