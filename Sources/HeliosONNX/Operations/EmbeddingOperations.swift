import Torch

/// Rows of tables.
extension OperationTable {
    static let embeddings: [String: Lowerer] = [
        "embedding": { operation in
            [
                operation.emit(
                    "Gather", [try operation.tensor("weight"), try operation.tensor("indices")], .int("axis", 0))
            ]
        },
        "embedding_renorm": { operation in
            // What was used is scaled down to the greatest norm, before it is used.
            guard let weight = try operation.known("self")?.tensor else {
                throw ONNXExportError("its table must not depend on the network's inputs")
            }
            let (greatest, power) = (try operation.number("max_norm"), try operation.number("norm_type"))
            let norms = try weight.detach().norm(p: power, dim: 1, keepDim: true)
            let scaled = try weight.detach() * (norms + 1e-7).reciprocal() * greatest
            let table = try Tensor.where(norms.gt(greatest), scaled, weight.detach())
            try operation.lowering.replace(weight, by: table)
            return [try operation.lowering.builder.initializer(table)]
        },
        "one_hot": { operation in
            let count = try operation.integer("num_classes")
            guard count >= 0 else { throw ONNXExportError("it needs the number of classes") }
            return [
                operation.emit(
                    "OneHot",
                    [
                        try operation.tensor("self"), try operation.constant(Double(count), .int64),
                        try operation.lowering.builder.constant([0, 1], shape: [2], .int64),
                    ], .int("axis", -1))
            ]
        },
        "embedding_bag": bag, "_embedding_bag": bag,
    ]

    /// Bags of the same number of rows each: what PyTorch makes of a matrix of indices.
    private static let bag: Lowerer = { operation in
        guard let offsets = try operation.known("offsets")?.tensor?.to(.int64) else {
            throw ONNXExportError("bags can be exported only if they are rows of a matrix, all of one length")
        }
        let starts = try (0..<offsets.count).map { try offsets.select(dim: 0, index: $0).item(Int.self) }
        let count = try operation.fixedSize("indices", 0)
        let bags = try operation.boolean("include_last_offset") ? starts.count - 1 : starts.count
        guard bags > 0, count % bags == 0, (0..<bags).allSatisfy({ starts[$0] == $0 * (count / bags) }) else {
            throw ONNXExportError("bags can be exported only if all have one length")
        }
        let mode = try operation.integer("mode")
        let padding = try operation.integer("padding_idx", default: -1)
        let type = try operation.dtype("weight")
        let indices = try operation.reshape(operation.tensor("indices"), [bags, count / bags])
        var rows = operation.emit("Gather", [try operation.tensor("weight"), indices], .int("axis", 0))
        if padding >= 0 {
            guard mode == 0 else { throw ONNXExportError("a padding index can be exported for sums only") }
            let isKept = operation.emit(
                "Not", operation.emit("Equal", indices, try operation.constant(Double(padding), .int64)))
            rows = operation.emit("Mul", rows, try operation.unsqueeze(operation.cast(isKept, to: type), [2]))
        }
        if let weights = try operation.optionalTensor("per_sample_weights") {
            rows = operation.emit("Mul", rows, try operation.reshape(weights, [bags, count / bags, 1]))
        }
        let types = ["ReduceSum", "ReduceMean", "ReduceMax"]
        guard types.indices.contains(mode) else { throw ONNXExportError("there is no mode \(mode)") }
        return [operation.emit(types[mode], [rows, try operation.constant([1])], .int("keepdims", 0))]
    }
}
