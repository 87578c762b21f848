import Torch

/// 0 below -3, 1 above 3, x / 6 + 1/2 in between: a sigmoid of straight lines.
public final class Hardsigmoid: InPlaceActivation, Layer {
    // PyTorch does not print the option here.
    public override var extraDescription: String { "" }

    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.hardsigmoid_(input) : try hardsigmoid(input)
    }
}

/// x·hardsigmoid(x). Howard and others 2019, "Searching for MobileNetV3".
public final class Hardswish: InPlaceActivation, Layer {
    // PyTorch does not print the option here.
    public override var extraDescription: String { "" }

    public func forward(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.hardswish_(input) : try hardswish(input)
    }
}

/// x if it is within `minVal`…`maxVal`, and otherwise the nearer bound.
public final class Hardtanh: InPlaceActivation, Layer {
    public let minVal: Double
    public let maxVal: Double

    public init(minVal: Double = -1, maxVal: Double = 1, inPlace: Bool = false) {
        self.minVal = minVal
        self.maxVal = maxVal
        super.init(inPlace: inPlace)
        deferErrors {
            try require(minVal < maxVal, "Hardtanh", "minVal must be below maxVal, \(maxVal), not \(minVal)")
        }
    }

    public override var extraDescription: String { text("min_val=\(minVal), max_val=\(maxVal)") }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return inPlace
            ? try Tensor.hardtanh_(input, minVal: minVal, maxVal: maxVal)
            : try hardtanh(input, minVal: minVal, maxVal: maxVal)
    }
}

/// 0 within ±`lambd`, else x.
public final class Hardshrink: Module, Layer {
    public let lambd: Double

    public init(lambd: Double = 0.5) {
        self.lambd = lambd
    }

    public override var extraDescription: String { "\(lambd)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try hardshrink(input, lambd: lambd)
    }
}

/// 0 within ±`lambd`, else x moved by `lambd` toward 0.
public final class Softshrink: Module, Layer {
    public let lambd: Double

    public init(lambd: Double = 0.5) {
        self.lambd = lambd
        super.init()
        deferErrors {
            try require(lambd >= 0, "Softshrink", "lambd must not be negative, and is \(lambd)")
        }
    }

    public override var extraDescription: String { "\(lambd)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try softshrink(input, lambd: lambd)
    }
}
