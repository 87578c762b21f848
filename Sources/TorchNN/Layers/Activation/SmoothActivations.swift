import Torch

/// x·Φ(x), where Φ is the cumulative normal distribution. Hendrycks and Gimpel 2016, "Gaussian error linear units".
public final class GELU: Module, Layer {
    /// How Φ is computed.
    public typealias Approximation = Tensor.GELUApproximation

    public let approximate: Approximation

    public init(approximate: Approximation = .none) {
        self.approximate = approximate
    }

    public override var extraDescription: String { "approximate='\(approximate.rawValue)'" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try gelu(input, approximate: approximate)
    }
}

/// x·σ(x), also called swish.
public final class SiLU: InPlaceActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.silu_(input) : try silu(input)
    }
}

/// x·tanh(softplus(x)). Misra 2019, "Mish: a self regularized non-monotonic neural activation function".
public final class Mish: InPlaceActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.mish_(input) : try mish(input)
    }
}

/// log(1 + exp(beta·x)) / beta, a smooth rectifier; x itself if beta·x is greater than `threshold`.
public final class Softplus: Module, Layer {
    public let beta: Double
    public let threshold: Double

    public init(beta: Double = 1, threshold: Double = 20) {
        self.beta = beta
        self.threshold = threshold
    }

    public override var extraDescription: String { "beta=\(beta), threshold=\(threshold)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try softplus(input, beta: beta, threshold: threshold)
    }
}

/// 1 / (1 + e⁻ˣ).
public final class Sigmoid: Module, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try sigmoid(input)
    }
}

/// The logarithm of the sigmoid.
public final class LogSigmoid: Module, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try logSigmoid(input)
    }
}

/// The hyperbolic tangent.
public final class Tanh: Module, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try tanh(input)
    }
}

/// x - tanh(x).
public final class Tanhshrink: Module, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try tanhshrink(input)
    }
}

/// x / (1 + |x|).
public final class Softsign: Module, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try softsign(input)
    }
}
