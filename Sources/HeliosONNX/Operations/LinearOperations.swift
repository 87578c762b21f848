/// Products of matrices.
extension OperationTable {
    static let linear: [String: Lowerer] = [
        "linear": { operation in
            let (x, weight) = (try operation.tensor("input"), try operation.tensor("weight"))
            let bias = try operation.optionalTensor("bias")
            if try operation.rank("input") == 2 {
                return [operation.emit("Gemm", [x, weight, bias], .int("transB", 1))]
            }
            let rank = try operation.rank("weight")
            let product = operation.emit("MatMul", x, rank == 2 ? operation.transpose(weight, [1, 0]) : weight)
            return [bias.map { operation.emit("Add", product, $0) } ?? product]
        },
        "matmul": { [$0.emit("MatMul", try $0.tensor("self"), try $0.tensor("other"))] },
        "mm": { [$0.emit("MatMul", try $0.tensor("self"), try $0.tensor("mat2"))] },
        "bmm": { [$0.emit("MatMul", try $0.tensor("self"), try $0.tensor("mat2"))] },
        "mv": { [$0.emit("MatMul", try $0.tensor("self"), try $0.tensor("vec"))] },
        "dot": { [$0.emit("MatMul", try $0.tensor("self"), try $0.tensor("tensor"))] },
        "addmm": { try addedProduct($0, "mat1", "mat2") }, "baddbmm": { try addedProduct($0, "batch1", "batch2") },
        "bilinear": { operation in
            // [..., 1, 1, i] × [o, i, j] × [..., 1, j, 1] → [..., o]
            let rank = try operation.rank("input1")
            let left = try operation.unsqueeze(operation.tensor("input1"), [rank - 1, rank])
            let right = try operation.unsqueeze(operation.tensor("input2"), [rank - 1, rank + 1])
            let product = operation.emit(
                "MatMul", operation.emit("MatMul", left, try operation.tensor("weight")), right)
            let sum = try operation.squeeze(product, [-2, -1])
            return [try operation.optionalTensor("bias").map { operation.emit("Add", sum, $0) } ?? sum]
        },
        "einsum": { operation in
            guard let equation = try operation.string("equation") else {
                throw ONNXExportError("its equation is not known")
            }
            return [operation.emit("Einsum", try operation.tensors("tensors"), .string("equation", equation))]
        },
        "outer": { operation in
            let left = try operation.unsqueeze(operation.tensor("self"), [1])
            return [operation.emit("Mul", left, try operation.tensor("vec2"))]
        },
    ]

    private static func addedProduct(_ operation: Operation, _ left: String, _ right: String) throws -> [String] {
        let type = try operation.resultType()
        func scaled(_ name: String, by factor: String) throws -> String {
            let factor = try operation.number(factor, default: 1)
            return factor == 1 ? name : operation.emit("Mul", name, try operation.constant(factor, type))
        }
        let product = operation.emit("MatMul", try operation.tensor(left), try operation.tensor(right))
        return [
            operation.emit("Add", try scaled(operation.tensor("self"), by: "beta"), try scaled(product, by: "alpha"))
        ]
    }
}
