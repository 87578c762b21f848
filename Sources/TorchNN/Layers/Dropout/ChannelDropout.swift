import Torch

/// Sets whole channels of sequences to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// Takes `[N, C, L]` or `[C, L]`. Tompson and others 2015, "Efficient object localization using convolutional networks".
public final class Dropout1d: DropoutLayer, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try channelDropout(
                input, p: p, training: isTraining, inPlace: inPlace, unbatched: 2, batched: 3, Self.layerName)
        }
    }
}

/// Sets whole channels of images to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// Takes `[N, C, H, W]`; three dimensions are read as `[N, C, L]`, as in PyTorch.
public final class Dropout2d: DropoutLayer, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try channelDropout(
                input, p: p, training: isTraining, inPlace: inPlace, unbatched: nil, batched: 4, Self.layerName)
        }
    }
}

/// Sets whole channels of volumes to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// Takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class Dropout3d: DropoutLayer, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try channelDropout(
                input, p: p, training: isTraining, inPlace: inPlace, unbatched: 4, batched: 5, Self.layerName)
        }
    }
}
