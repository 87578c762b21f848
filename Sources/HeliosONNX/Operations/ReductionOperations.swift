import Torch

/// Sums, means, extremes, orders, and norms over dimensions.
extension OperationTable {
    static let reductions: [String: Lowerer] = [
        "sum": { [try reduce($0, "ReduceSum")] }, "mean": { [try reduce($0, "ReduceMean")] },
        "prod": { [try reduce($0, "ReduceProd")] }, "amax": { [try reduce($0, "ReduceMax")] },
        "amin": { [try reduce($0, "ReduceMin")] }, "logsumexp": { [try reduce($0, "ReduceLogSumExp")] },
        "max": { try extreme($0, "Max") }, "min": { try extreme($0, "Min") },
        "argmax": { try place($0, "ArgMax") }, "argmin": { try place($0, "ArgMin") },
        "any": { try truth($0, "ReduceMax") }, "all": { try truth($0, "ReduceMin") },
        "var": { [try variance($0)] }, "std": { [$0.emit("Sqrt", try variance($0))] },
        "norm": { [try norm($0, power: "p")] }, "linalg_vector_norm": { [try norm($0, power: "ord")] },
        "cumsum": { operation in
            let x = try operation.operand("self", as: operation.resultType())
            return [operation.emit("CumSum", x, try operation.constant(Double(operation.dimension("dim")), .int64))]
        },
        "topk": { operation in
            operation.emitAll(
                "TopK", [try operation.tensor("self"), try operation.size("k", default: 1)],
                [
                    .int("axis", try operation.dimension("dim", default: -1)),
                    .int("largest", try operation.boolean("largest", default: true) ? 1 : 0), .int("sorted", 1),
                ], outputs: 2)
        },
        "sort": { operation in
            let dim = try operation.dimension("dim", default: -1)
            let x = try operation.tensor("self")
            let size = operation.emit("Shape", [x], .int("start", dim), .int("end", dim + 1))
            let largest = try operation.boolean("descending") ? 1 : 0
            return operation.emitAll("TopK", [x, size], [.int("axis", dim), .int("largest", largest)], outputs: 2)
        },
        "cosine_similarity": { operation in
            let type = try operation.resultType()
            let (left, right) = (try operation.tensor("x1"), try operation.tensor("x2"))
            let dims = try operation.constant([operation.integer("dim", default: 1)])
            let least = try operation.constant(operation.number("eps", default: 1e-8), type)
            func unit(_ x: String) -> String {
                let length = operation.emit("ReduceL2", [x, dims], .int("keepdims", 1))
                return operation.emit("Div", x, operation.emit("Max", length, least))
            }
            let product = operation.emit("Mul", unit(left), unit(right))
            return [operation.emit("ReduceSum", [product, dims], .int("keepdims", 0))]
        },
        "pairwise_distance": { operation in
            let type = try operation.resultType()
            let difference = operation.emit("Sub", try operation.tensor("x1"), try operation.tensor("x2"))
            let shifted = operation.emit(
                "Add", difference, try operation.constant(operation.number("eps", default: 1e-6), type))
            let keeps = try operation.boolean("keepdim")
            return [try norm(operation, shifted, operation.number("p", default: 2), [-1], keeps: keeps, type)]
        },
    ]

    /// The dimensions to reduce; empty for all.
    private static func reducedDims(_ operation: Operation) throws -> [Int] {
        try operation.integers("dim")
    }

    private static func reduce(_ operation: Operation, _ type: String) throws -> String {
        let x = try operation.operand("self", as: operation.resultType())
        return try reduce(operation, type, x, reducedDims(operation), keeps: operation.boolean("keepdim"))
    }

    private static func reduce(_ operation: Operation, _ type: String, _ x: String, _ dims: [Int], keeps: Bool) throws
        -> String
    {
        operation.emit(type, [x, dims.isEmpty ? nil : try operation.constant(dims)], .int("keepdims", keeps ? 1 : 0))
    }

    private static func extreme(_ operation: Operation, _ kind: String) throws -> [String] {
        if operation.node.inputNames.contains("other") {
            let type = try operation.resultType()
            return [
                operation.emit(kind, try operation.operand("self", as: type), try operation.operand("other", as: type))
            ]
        }
        let value = try reduce(operation, "Reduce\(kind)")
        guard operation.node.outputs.count == 2 else { return [value] }
        return try [value] + place(operation, "Arg\(kind)")
    }

    private static func place(_ operation: Operation, _ type: String) throws -> [String] {
        let x = try operation.tensor("self")
        let keeps = try operation.boolean("keepdim") ? 1 : 0
        guard try operation.has("dim") else {
            let flat = try operation.reshape(x, [-1])
            return [operation.emit(type, [flat], .int("axis", 0), .int("keepdims", 0))]
        }
        return [operation.emit(type, [x], .int("axis", try operation.dimension("dim")), .int("keepdims", keeps))]
    }

    private static func truth(_ operation: Operation, _ type: String) throws -> [String] {
        let numbers = try operation.cast(operation.operand("self", as: .bool), to: .int32)
        let found = try reduce(operation, type, numbers, reducedDims(operation), keeps: operation.boolean("keepdim"))
        return [try operation.cast(found, to: .bool)]
    }

    private static func variance(_ operation: Operation) throws -> String {
        let (x, type) = (try operation.tensor("self"), try operation.resultType())
        let rank = try operation.rank("self")
        let given = try reducedDims(operation)
        let dims = given.isEmpty ? Array(0..<rank) : given
        let isFlag = operation.node.inputNames.contains("unbiased")
        let correction =
            try isFlag
            ? (operation.boolean("unbiased", default: true) ? 1 : 0) : operation.number("correction", default: 1)
        let mean = try reduce(operation, "ReduceMean", x, dims, keeps: true)
        let difference = operation.emit("Sub", x, mean)
        let square = operation.emit("Mul", difference, difference)
        let keeps = try operation.boolean("keepdim")
        if correction == 0 { return try reduce(operation, "ReduceMean", square, dims, keeps: keeps) }
        let count = Double(try dims.reduce(1) { try $0 * operation.fixedSize("self", $1) })
        let sum = try reduce(operation, "ReduceSum", square, dims, keeps: keeps)
        return operation.emit("Div", sum, try operation.constant(count - correction, type))
    }

    private static func norm(_ operation: Operation, power: String) throws -> String {
        let type = try operation.resultType()
        return try norm(
            operation, operation.operand("self", as: type), operation.number(power, default: 2), reducedDims(operation),
            keeps: operation.boolean("keepdim"), type)
    }

    private static func norm(
        _ operation: Operation, _ x: String, _ power: Double, _ dims: [Int], keeps: Bool, _ type: DType
    ) throws -> String {
        switch power {
        case 1: return try reduce(operation, "ReduceL1", x, dims, keeps: keeps)
        case 2: return try reduce(operation, "ReduceL2", x, dims, keeps: keeps)
        case .infinity: return try reduce(operation, "ReduceMax", operation.emit("Abs", x), dims, keeps: keeps)
        case -.infinity: return try reduce(operation, "ReduceMin", operation.emit("Abs", x), dims, keeps: keeps)
        case 0: throw ONNXExportError("the norm of order 0 cannot be exported")
        default:
            let powers = operation.emit("Pow", operation.emit("Abs", x), try operation.constant(power, type))
            let sum = try reduce(operation, "ReduceSum", powers, dims, keeps: keeps)
            return operation.emit("Pow", sum, try operation.constant(1 / power, type))
        }
    }
}
