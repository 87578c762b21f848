import Torch

/// Exponentials that sum to 1 along `dim`.
public final class Softmax: DimensionActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try softmax(input, dim: dim)
    }
}

/// Exponentials of -x that sum to 1 along `dim`.
public final class Softmin: DimensionActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try softmin(input, dim: dim)
    }
}

/// The logarithm of the softmax along `dim`.
public final class LogSoftmax: DimensionActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try logSoftmax(input, dim: dim)
    }
}

/// The base class of activations along one dimension.
public class DimensionActivation: Module {
    public let dim: Int

    /// Creates the activation along a dimension.
    ///
    /// - Parameter dim: the dimension along which the elements belong together. (PyTorch can also guess it.)
    public init(dim: Int) {
        self.dim = dim
    }

    public override var extraDescription: String { "dim=\(dim)" }
}

/// The softmax over the channels of each pixel of `[N, C, H, W]` or `[C, H, W]`.
public final class Softmax2d: Module, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireShape(
            [3, 4].contains(input.dimensionCount), "Softmax2d", input, "it takes [N, C, H, W] or [C, H, W]")
        return try softmax(input, dim: -3)
    }
}

/// a·σ(b), where a and b are the halves of the input along `dim`. Dauphin and others 2017, "Gated convolutional
/// networks".
public final class GLU: Module, Layer {
    public let dim: Int

    public init(dim: Int = -1) {
        self.dim = dim
    }

    public override var extraDescription: String { "dim=\(dim)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try glu(input, dim: dim)
    }
}
