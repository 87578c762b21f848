import Torch

/// Combines several dimensions into one; by default, all except the first, which is the batch.
public final class Flatten: Module, Layer {
    public let startDim: Int
    public let endDim: Int

    /// Creates a layer that combines a range of dimensions.
    ///
    /// - Parameters:
    ///   - startDim: the first dimension; negative numbers count from the end.
    ///   - endDim: the last dimension.
    public init(startDim: Int = 1, endDim: Int = -1) {
        self.startDim = startDim
        self.endDim = endDim
    }

    public override var extraDescription: String { "start_dim=\(startDim), end_dim=\(endDim)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try input.flatten(startDim: startDim, endDim: endDim)
    }
}

/// Splits one dimension into several: the reverse of `Flatten`.
public final class Unflatten: Module, Layer {
    public let dim: Int
    public let unflattenedSize: [Int]

    /// Creates a layer that splits a dimension into the given sizes.
    ///
    /// - Parameters:
    ///   - dim: the dimension; negative numbers count from the end.
    ///   - unflattenedSize: the sizes of the new dimensions; one of them may be -1.
    public init(_ dim: Int, _ unflattenedSize: [Int]) {
        self.dim = dim
        self.unflattenedSize = unflattenedSize
    }

    public override var extraDescription: String { "dim=\(dim), unflattened_size=\(tupleText(unflattenedSize))" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try input.unflatten(dim: dim, sizes: unflattenedSize)
    }
}
