import Torch

/// max(x, 0), element by element.
public final class ReLU: Module, Layer {
    public let inPlace: Bool

    /// - Parameter inPlace: whether the input itself is changed, which saves memory.
    public init(inPlace: Bool = false) {
        self.inPlace = inPlace
    }

    public override var extraDescription: String { inPlace ? "inplace=True" : "" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        inPlace ? try input.relu_() : try relu(input)
    }
}
