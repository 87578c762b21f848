/// How each operation of PyTorch is lowered, by families: one file has one.
enum OperationTable {
    /// Adds the nodes that compute the operation, and returns the names of its results.
    typealias Lowerer = @Sendable (Operation) throws -> [String]

    /// All operations, by PyTorch's names. Those in place are lowered as the ones that are not.
    static let all: [String: Lowerer] = [
        elementary, arithmetic, comparisons, activations, linear, convolutions, pooling, normalizations, recurrent,
        shapes,
        indexing, reductions, padding, resampling, embeddings, attention, creation,
    ].reduce(into: [:]) { all, family in
        all.merge(family.map { ("aten::\($0.key)", $0.value) }) { first, _ in first }
    }

    /// The operations whose result shares memory with their first input.
    static let views: Set<String> = Set(
        [
            "view", "reshape", "flatten", "unflatten", "select", "slice", "narrow", "transpose", "t", "permute",
            "movedim",
            "unsqueeze", "squeeze", "expand", "expand_as", "view_as", "chunk", "split", "split_with_sizes", "unbind",
            "unfold", "detach", "alias", "contiguous", "to", "tensor_split", "diagonal", "swapaxes",
        ].map { "aten::\($0)" } + ["prim::ListUnpack"])

    /// An operation that ONNX has under another name, from one tensor.
    static func unary(_ type: String) -> Lowerer {
        { [$0.emit(type, try $0.operand("self", as: $0.resultType()))] }
    }
}
