import Torch

/// Gives its input back: what stands where another network has a layer.
public final class Identity: Module, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            input
        }
    }
}
