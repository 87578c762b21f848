import Torch

/// Attention as one operation.
extension OperationTable {
    static let attention: [String: Lowerer] = [
        "scaled_dot_product_attention": { operation in
            let type = try operation.resultType()
            if try operation.number("dropout_p", default: 0) > 0 {
                throw ONNXExportError(
                    "dropout is active: switch the network to evaluation with eval() before it is exported")
            }
            let rank = try operation.rank("query")
            let standard = 1 / Double(try operation.fixedSize("query", -1)).squareRoot()
            let scale = try operation.number("scale", default: standard)
            let swapped = Array(0..<(rank - 2)) + [rank - 1, rank - 2]
            let query = operation.emit("Mul", try operation.tensor("query"), try operation.constant(scale, type))
            var scores = operation.emit("MatMul", query, operation.transpose(try operation.tensor("key"), swapped))
            let least = try operation.constant(-Double.infinity, type)
            if try operation.boolean("is_causal") {
                let ones = operation.emit("Expand", try operation.constant(1, type), operation.emit("Shape", scores))
                let isSeen = try operation.cast(operation.emit("Trilu", [ones], .int("upper", 0)), to: .bool)
                scores = operation.emit("Where", isSeen, scores, least)
            }
            if let mask = try operation.optionalTensor("attn_mask") {
                scores =
                    try operation.dtype("attn_mask") == .bool
                    ? operation.emit("Where", mask, scores, least)
                    : operation.emit("Add", scores, try operation.operand("attn_mask", as: type))
            }
            let weights = operation.emit("Softmax", [scores], .int("axis", -1))
            return [operation.emit("MatMul", weights, try operation.tensor("value"))]
        }
    ]
}
