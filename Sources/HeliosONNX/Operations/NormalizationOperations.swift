import Torch

/// Normalizations.
extension OperationTable {
    static let normalizations: [String: Lowerer] = [
        "batch_norm": batchNorm, "native_batch_norm": batchNorm, "instance_norm": instanceNorm,
        "group_norm": { operation in
            let groups = try operation.integer("num_groups")
            return [try normalized(operation, "input", groups: groups)]
        },
        "layer_norm": layerNorm, "native_layer_norm": layerNorm,
        "rms_norm": { operation in
            let (x, type) = (try operation.tensor("input"), try operation.resultType())
            let count = try operation.sizeCount("normalized_shape")
            let epsilon = try operation.number(
                "eps", default: type == .float64 ? 2.220446049250313e-16 : 1.1920928955078125e-07)
            let dims = try operation.constant(Array(-count..<0))
            let mean = operation.emit("ReduceMean", [operation.emit("Mul", x, x), dims], .int("keepdims", 1))
            let root = operation.emit("Sqrt", operation.emit("Add", mean, try operation.constant(epsilon, type)))
            let result = operation.emit("Div", x, root)
            return [try operation.optionalTensor("weight").map { operation.emit("Mul", result, $0) } ?? result]
        },
    ]

    /// A number for each channel that fits the input's dimensions.
    private static func channels(_ operation: Operation, _ name: String, rank: Int) throws -> String {
        let name = try operation.tensor(name)
        return try rank <= 2 ? name : operation.unsqueeze(name, Array(1..<(rank - 1)))
    }

    private static let batchNorm: Lowerer = { operation in
        let type = try operation.resultType()
        let (rank, epsilon) = (try operation.rank("input"), try operation.number("eps"))
        let x = try operation.tensor("input")
        let isTraining = try operation.boolean("training")
        if isTraining, try operation.has("running_mean") {
            throw ONNXExportError(
                "batch normalization is training: switch the network to evaluation with eval() before it is exported")
        }
        var result: String
        if isTraining {
            // Without running statistics it always uses the batch's.
            let dims = try operation.constant([0] + Array(2..<max(rank, 2)))
            result = try standardized(operation, x, dims, epsilon, type)
        } else {
            let mean = try channels(operation, "running_mean", rank: rank)
            let variance = try channels(operation, "running_var", rank: rank)
            let root = operation.emit("Sqrt", operation.emit("Add", variance, try operation.constant(epsilon, type)))
            if try operation.has("weight"), try operation.has("bias") {
                // The form that every runtime merges into a convolution before it.
                return [
                    operation.emit(
                        "BatchNormalization",
                        [
                            x, try operation.tensor("weight"), try operation.tensor("bias"),
                            try operation.tensor("running_mean"), try operation.tensor("running_var"),
                        ], .float("epsilon", epsilon))
                ]
            }
            result = operation.emit("Div", operation.emit("Sub", x, mean), root)
        }
        if try operation.has("weight") {
            result = operation.emit("Mul", result, try channels(operation, "weight", rank: rank))
        }
        if try operation.has("bias") {
            result = operation.emit("Add", result, try channels(operation, "bias", rank: rank))
        }
        return [result]
    }

    private static let instanceNorm: Lowerer = { operation in
        guard try operation.boolean("use_input_stats", default: true) else { return try batchNorm(operation) }
        let rank = try operation.rank("input")
        let dims = try operation.constant(Array(2..<rank))
        let type = try operation.resultType()
        var result = try standardized(operation, operation.tensor("input"), dims, operation.number("eps"), type)
        if try operation.has("weight") {
            result = operation.emit("Mul", result, try channels(operation, "weight", rank: rank))
        }
        if try operation.has("bias") {
            result = operation.emit("Add", result, try channels(operation, "bias", rank: rank))
        }
        return [result]
    }

    /// (x - mean) / √(variance + ε) over some dimensions.
    private static func standardized(
        _ operation: Operation, _ x: String, _ dims: String, _ epsilon: Double, _ type: DType
    ) throws -> String {
        let centered = operation.emit("Sub", x, operation.emit("ReduceMean", [x, dims], .int("keepdims", 1)))
        let variance = operation.emit(
            "ReduceMean", [operation.emit("Mul", centered, centered), dims], .int("keepdims", 1))
        let root = operation.emit("Sqrt", operation.emit("Add", variance, try operation.constant(epsilon, type)))
        return operation.emit("Div", centered, root)
    }

    private static func normalized(_ operation: Operation, _ name: String, groups: Int) throws -> String {
        let (rank, type) = (try operation.rank(name), try operation.resultType())
        let x = try operation.tensor(name)
        // [N, groups, everything else], and back to the input's own shape.
        let grouped = operation.emit("Reshape", x, try operation.constant([0, groups, -1]))
        let standard = try standardized(
            operation, grouped, operation.constant([2]), operation.number("eps", default: 1e-5), type)
        var result = operation.emit("Reshape", standard, operation.emit("Shape", x))
        if try operation.has("weight") {
            result = operation.emit("Mul", result, try channels(operation, "weight", rank: rank))
        }
        if try operation.has("bias") {
            result = operation.emit("Add", result, try channels(operation, "bias", rank: rank))
        }
        return result
    }

    private static let layerNorm: Lowerer = { operation in
        let (x, type) = (try operation.tensor("input"), try operation.resultType())
        let shape = try operation.integers("normalized_shape")
        let weight = try operation.optionalTensor("weight")
        let scale = try weight ?? operation.lowering.builder.initializer(Tensor.ones(shape, dtype: type))
        return [
            operation.emit(
                "LayerNormalization", [x, scale, try operation.optionalTensor("bias")], .int("axis", -shape.count),
                .float("epsilon", try operation.number("eps", default: 1e-5)))
        ]
    }
}
