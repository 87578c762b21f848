import Torch

/// Sets elements to zero with probability `p` in training, and scales the others by 1 / (1 - p).
///
/// In evaluation the input comes back as it is. Hinton and others 2012, "Improving neural networks by preventing
/// co-adaptation of feature detectors".
public final class Dropout: Module, Layer {
    public let p: Double
    public let inPlace: Bool

    /// - Parameters:
    ///   - p: the probability that an element is dropped, 0…1.
    ///   - inPlace: whether the input itself is changed.
    /// - Throws: `TorchError` for a probability outside 0…1.
    public init(p: Double = 0.5, inPlace: Bool = false) throws {
        try require((0...1).contains(p), "Dropout", "the probability must be between 0 and 1, not \(p)")
        self.p = p
        self.inPlace = inPlace
    }

    public override var extraDescription: String {
        "p=\(p), inplace=\(inPlace ? "True" : "False")"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        inPlace ? try Tensor.dropout_(input, p: p, train: isTraining) : try dropout(input, p: p, training: isTraining)
    }
}
