import Torch

/// 0 below -3, 1 above 3, x / 6 + 1/2 between: a sigmoid of straight lines.
public final class Hardsigmoid: InPlaceActivation, Layer {
    // PyTorch does not print the option here.
    public override var extraDescription: String { "" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            inPlace ? try Tensor.hardsigmoid_(input) : try hardsigmoid(input)
        }
    }
}

/// x·hardsigmoid(x). Howard and others 2019, "Searching for MobileNetV3".
public final class Hardswish: InPlaceActivation, Layer {
    // PyTorch does not print the option here.
    public override var extraDescription: String { "" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            inPlace ? try Tensor.hardswish_(input) : try hardswish(input)
        }
    }
}

/// x within `minVal`…`maxVal`, else the nearer bound.
public final class Hardtanh: InPlaceActivation, Layer {
    public let minVal: Double
    public let maxVal: Double

    /// - Throws: `TorchError` unless the lower bound is below the upper.
    public init(minVal: Double = -1, maxVal: Double = 1, inPlace: Bool = false) throws {
        try require(minVal < maxVal, "Hardtanh", "the lower bound, \(minVal), must be below the upper, \(maxVal)")
        self.minVal = minVal
        self.maxVal = maxVal
        super.init(inPlace: inPlace)
    }

    public override var extraDescription: String { text("min_val=\(minVal), max_val=\(maxVal)") }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            inPlace
                ? try Tensor.hardtanh_(input, minVal: .real(minVal), maxVal: .real(maxVal))
                : try hardtanh(input, minVal: minVal, maxVal: maxVal)
        }
    }
}

/// 0 within ±`lambd`, x elsewhere.
public final class Hardshrink: Module, Layer {
    public let lambd: Double

    public init(lambd: Double = 0.5) {
        self.lambd = lambd
    }

    public override var extraDescription: String { "\(lambd)" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try hardshrink(input, lambd: lambd)
        }
    }
}

/// 0 within ±`lambd`, x moved by `lambd` towards 0 elsewhere.
public final class Softshrink: Module, Layer {
    public let lambd: Double

    /// - Throws: `TorchError` for a negative bound.
    public init(lambd: Double = 0.5) throws {
        try require(lambd >= 0, "Softshrink", "the bound must not be negative, and is \(lambd)")
        self.lambd = lambd
    }

    public override var extraDescription: String { "\(lambd)" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try softshrink(input, lambd: lambd)
        }
    }
}
