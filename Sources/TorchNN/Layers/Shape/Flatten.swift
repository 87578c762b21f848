import Torch

/// Makes one dimension of several: by default all but the first, the batch's.
public final class Flatten: Module, Layer {
    public let startDim: Int
    public let endDim: Int

    /// - Parameters:
    ///   - startDim: the first dimension; negative numbers count from the end.
    ///   - endDim: the last dimension.
    public init(startDim: Int = 1, endDim: Int = -1) {
        self.startDim = startDim
        self.endDim = endDim
    }

    public override var extraDescription: String { "start_dim=\(startDim), end_dim=\(endDim)" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try input.flatten(startDim: startDim, endDim: endDim)
        }
    }
}
