import Torch

/// Sets elements to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// In evaluation the input comes back as it is. Hinton and others 2012, "Improving neural networks by preventing
/// co-adaptation of feature detectors".
public final class Dropout: DropoutLayer, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            inPlace
                ? try Tensor.dropout_(input, p: p, train: isTraining) : try dropout(input, p: p, training: isTraining)
        }
    }
}
