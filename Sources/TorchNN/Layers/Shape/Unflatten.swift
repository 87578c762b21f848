import Torch

/// Makes several dimensions of one: what `Flatten` undoes.
public final class Unflatten: Module, Layer {
    public let dim: Int
    public let unflattenedSize: [Int]

    /// - Parameters:
    ///   - dim: the dimension; negative numbers count from the end.
    ///   - unflattenedSize: the sizes that it falls into; one of them may be -1.
    public init(_ dim: Int, _ unflattenedSize: [Int]) {
        self.dim = dim
        self.unflattenedSize = unflattenedSize
    }

    public override var extraDescription: String { "dim=\(dim), unflattened_size=\(tupleText(unflattenedSize))" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try input.unflatten(dim: dim, sizes: unflattenedSize)
        }
    }
}
