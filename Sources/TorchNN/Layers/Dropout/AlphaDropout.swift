import Torch

/// Dropout that keeps mean 0 and variance 1, for networks of `SELU`: what is dropped becomes its lower bound.
///
/// Klambauer and others 2017, "Self-normalizing neural networks". `inPlace` changes nothing, as in PyTorch.
public final class AlphaDropout: DropoutLayer, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try alphaDropout(input, p: p, training: isTraining)
        }
    }
}

/// `AlphaDropout` of whole channels of `[N, C, …]`.
public final class FeatureAlphaDropout: DropoutLayer, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try featureAlphaDropout(input, p: p, training: isTraining)
        }
    }
}
