import Torch

/// Sets elements to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// In evaluation mode, it returns its input. Hinton and others 2012, "Improving neural networks by preventing
/// co-adaptation of feature detectors".
public final class Dropout: DropoutLayer, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return inPlace
            ? try Tensor.dropout_(input, p: p, train: isTraining) : try dropout(input, p: p, training: isTraining)
    }
}

/// Sets whole channels of sequences to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// It takes `[N, C, L]` or `[C, L]`. Tompson and others 2015, "Efficient object localization using convolutional
/// networks".
public final class Dropout1d: DropoutLayer, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try channelDropout(
            input, p: p, training: isTraining, inPlace: inPlace, unbatched: 2, batched: 3, Self.layerName)
    }
}

/// Sets whole channels of images to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// It takes `[N, C, H, W]`; three dimensions are read as `[N, C, L]`, as in PyTorch.
public final class Dropout2d: DropoutLayer, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try channelDropout(
            input, p: p, training: isTraining, inPlace: inPlace, unbatched: nil, batched: 4, Self.layerName)
    }
}

/// Sets whole channels of volumes to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// It takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class Dropout3d: DropoutLayer, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try channelDropout(
            input, p: p, training: isTraining, inPlace: inPlace, unbatched: 4, batched: 5, Self.layerName)
    }
}

/// Dropout that keeps mean 0 and variance 1, for networks with `SELU`: dropped elements get its lower bound.
///
/// Klambauer and others 2017, "Self-normalizing neural networks". `inPlace` has no effect, as in PyTorch.
public final class AlphaDropout: DropoutLayer, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try alphaDropout(input, p: p, training: isTraining)
    }
}

/// `AlphaDropout` of whole channels of `[N, C, …]`.
public final class FeatureAlphaDropout: DropoutLayer, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try featureAlphaDropout(input, p: p, training: isTraining)
    }
}

/// The base class of dropout layers: a probability, and whether to change the input itself.
///
/// They drop elements in training mode and return their input in evaluation mode.
public class DropoutLayer: Module {
    public let p: Double
    public let inPlace: Bool

    /// Creates a layer that drops with a probability.
    ///
    /// - Parameters:
    ///   - p: the probability of dropping an element, 0…1.
    ///   - inPlace: whether to change the input itself.
    public init(p: Double = 0.5, inPlace: Bool = false) {
        self.p = p
        self.inPlace = inPlace
        super.init()
        deferErrors {
            try requireProbability(p, Self.layerName, "p")
        }
    }

    public override var extraDescription: String { "p=\(p), inplace=\(flagText(inPlace))" }
}
