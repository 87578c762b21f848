import Torch

/// max(x, 0), element by element.
public final class ReLU: InPlaceActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try input.relu_() : try relu(input)
    }
}

/// min(max(x, 0), 6). Howard and others 2017, "MobileNets".
public final class ReLU6: InPlaceActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.hardtanh_(input, minVal: 0, maxVal: 6) : try relu6(input)
    }
}

/// x if it is positive, and otherwise `negativeSlope`·x. Maas and others 2013.
public final class LeakyReLU: InPlaceActivation, Layer {
    public let negativeSlope: Double

    public init(negativeSlope: Double = 0.01, inPlace: Bool = false) {
        self.negativeSlope = negativeSlope
        super.init(inPlace: inPlace)
    }

    public override var extraDescription: String { text("negative_slope=\(negativeSlope)") }

    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace
            ? try Tensor.leakyRelu_(input, negativeSlope: negativeSlope)
            : try leakyReLU(input, negativeSlope: negativeSlope)
    }
}

/// x if it is positive, and otherwise weight·x, with a weight that is learned.
///
/// He and others 2015, "Delving deep into rectifiers". Do not apply weight decay to it.
public final class PReLU: Module, Layer {
    public let numParameters: Int

    /// `[numParameters]`.
    @Parameter public var weight: Tensor

    /// Creates the activation with one weight, or one for each channel.
    ///
    /// - Parameters:
    ///   - numParameters: 1, or the number of channels of `[N, C, …]`.
    ///   - initial: the initial weight: PyTorch's `init`.
    public init(numParameters: Int = 1, initial: Double = 0.25) {
        self.numParameters = numParameters
        super.init()
        deferErrors {
            try requirePositive(["numParameters": numParameters], "PReLU")
            weight = try Tensor.full([numParameters], initial)
        }
    }

    public override var extraDescription: String { "num_parameters=\(numParameters)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try prelu(input, weight: weight)
    }
}

/// x if it is positive, and otherwise a·x, with a factor a that is drawn for each element in training mode.
///
/// In evaluation mode, a is midway between `lower` and `upper`. Xu and others 2015, "Empirical evaluation of rectified
/// activations".
public final class RReLU: InPlaceActivation, Layer {
    public let lower: Double
    public let upper: Double

    public init(lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, inPlace: Bool = false) {
        self.lower = lower
        self.upper = upper
        super.init(inPlace: inPlace)
        deferErrors {
            try require(lower <= upper, "RReLU", "lower must be at most upper, \(upper), not \(lower)")
        }
    }

    public override var extraDescription: String { text("lower=\(lower), upper=\(upper)") }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return inPlace
            ? try Tensor.rrelu_(input, lower: lower, upper: upper, training: isTraining)
            : try rrelu(input, lower: lower, upper: upper, training: isTraining)
    }
}

/// x if it is positive, and otherwise alpha·(eˣ - 1). Clevert and others 2016, "Exponential linear units".
public final class ELU: InPlaceActivation, Layer {
    public let alpha: Double

    public init(alpha: Double = 1, inPlace: Bool = false) {
        self.alpha = alpha
        super.init(inPlace: inPlace)
    }

    public override var extraDescription: String { text("alpha=\(alpha)") }

    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.elu_(input, alpha: alpha) : try elu(input, alpha: alpha)
    }
}

/// max(x, 0) + min(alpha·(exp(x / alpha) - 1), 0). Barron 2017, "Continuously differentiable exponential linear units".
public final class CELU: InPlaceActivation, Layer {
    public let alpha: Double

    public init(alpha: Double = 1, inPlace: Bool = false) {
        self.alpha = alpha
        super.init(inPlace: inPlace)
        deferErrors {
            try require(alpha != 0, "CELU", "alpha must not be 0")
        }
    }

    public override var extraDescription: String { text("alpha=\(alpha)") }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return inPlace ? try Tensor.celu_(input, alpha: alpha) : try celu(input, alpha: alpha)
    }
}

/// The scaled ELU that keeps mean 0 and variance 1 from layer to layer.
///
/// Klambauer and others 2017, "Self-normalizing neural networks"; use it with `AlphaDropout`.
public final class SELU: InPlaceActivation, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.selu_(input) : try selu(input)
    }
}

/// x if it is greater than `threshold`, else `value`.
public final class Threshold: InPlaceActivation, Layer {
    public let threshold: Double
    public let value: Double

    public init(_ threshold: Double, _ value: Double, inPlace: Bool = false) {
        self.threshold = threshold
        self.value = value
        super.init(inPlace: inPlace)
    }

    public override var extraDescription: String { text("threshold=\(threshold), value=\(value)") }

    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace
            ? try Tensor.threshold_(input, threshold: threshold, value: value)
            : try Tensor.threshold(input, threshold: threshold, value: value)
    }
}

/// The base class of activations that can work in place.
public class InPlaceActivation: Module {
    public let inPlace: Bool

    /// Creates the activation, which makes a new tensor unless it works in place.
    ///
    /// - Parameter inPlace: whether to change the input itself, which saves memory.
    public init(inPlace: Bool = false) {
        self.inPlace = inPlace
    }

    public override var extraDescription: String { inPlace ? "inplace=True" : "" }

    /// Options as PyTorch prints them, with `inplace` after them if it is set.
    final func text(_ options: String) -> String {
        inPlace ? "\(options), inplace=True" : options
    }
}
