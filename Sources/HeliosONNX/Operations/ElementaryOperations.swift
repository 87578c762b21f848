/// Functions of each element.
extension OperationTable {
    static let elementary: [String: Lowerer] = [
        "abs": unary("Abs"), "neg": unary("Neg"), "ceil": unary("Ceil"), "floor": unary("Floor"),
        "round": unary("Round"),
        "sqrt": unary("Sqrt"), "exp": unary("Exp"), "log": unary("Log"), "sin": unary("Sin"), "cos": unary("Cos"),
        "tan": unary("Tan"), "asin": unary("Asin"), "acos": unary("Acos"), "atan": unary("Atan"), "sinh": unary("Sinh"),
        "cosh": unary("Cosh"), "asinh": unary("Asinh"), "acosh": unary("Acosh"), "atanh": unary("Atanh"),
        "tanh": unary("Tanh"), "sigmoid": unary("Sigmoid"), "erf": unary("Erf"), "sign": unary("Sign"),
        "reciprocal": unary("Reciprocal"), "logical_not": { [$0.emit("Not", try $0.operand("self", as: .bool))] },
        "bitwise_not": {
            [$0.emit(try $0.dtype("self") == .bool ? "Not" : "BitwiseNot", try $0.tensor("self"))]
        },
        "isnan": { [$0.emit("IsNaN", try $0.tensor("self"))] },
        "isinf": { [$0.emit("IsInf", try $0.tensor("self"))] },
        "square": { operation in
            let x = try operation.tensor("self")
            return [operation.emit("Mul", x, x)]
        },
        "rsqrt": { [$0.emit("Reciprocal", $0.emit("Sqrt", try $0.operand("self", as: $0.resultType())))] },
        "log2": { try logarithm($0, base: 0.6931471805599453) },
        "log10": { try logarithm($0, base: 2.302585092994046) },
        "log1p": { operation in
            let (x, type) = (try operation.tensor("self"), try operation.resultType())
            return [operation.emit("Log", operation.emit("Add", x, try operation.constant(1, type)))]
        },
        "expm1": { operation in
            let (x, type) = (try operation.tensor("self"), try operation.resultType())
            return [operation.emit("Sub", operation.emit("Exp", x), try operation.constant(1, type))]
        },
        "exp2": { operation in
            let type = try operation.resultType()
            return [operation.emit("Pow", try operation.constant(2, type), try operation.operand("self", as: type))]
        },
        "clamp": clamp, "clamp_min": clamp, "clamp_max": clamp, "clip": clamp,
        // What changes no value.
        "contiguous": same, "detach": same, "clone": same, "alias": same, "dropout": inactiveDropout,
        "feature_dropout": inactiveDropout, "alpha_dropout": inactiveDropout, "feature_alpha_dropout": inactiveDropout,
        "native_dropout": inactiveDropout, "to": conversion, "type_as": conversion, "_to_copy": conversion,
        "float": conversion, "positive": same, "requires_grad_": same, "lift_fresh": same, "lift": same,
    ]

    private static let same: Lowerer = { [try $0.tensor("self")] }

    private static let conversion: Lowerer = { operation in
        [try operation.cast(operation.tensor("self"), from: operation.dtype("self"), to: operation.resultType())]
    }

    private static let inactiveDropout: Lowerer = { operation in
        if try operation.boolean("train"), try operation.number("p") > 0 {
            throw ONNXExportError(
                "dropout is active: switch the network to evaluation with eval() before it is exported")
        }
        // The form in place calls it otherwise.
        return [try operation.tensor(operation.node.inputNames.contains("self") ? "self" : "input")]
    }

    private static func logarithm(_ operation: Operation, base: Double) throws -> [String] {
        let type = try operation.resultType()
        let log = operation.emit("Log", try operation.operand("self", as: type))
        return [operation.emit("Div", log, try operation.constant(base, type))]
    }

    private static let clamp: Lowerer = { operation in
        let type = try operation.resultType()
        var result = try operation.operand("self", as: type)
        if try operation.has("min") { result = operation.emit("Max", result, try operation.operand("min", as: type)) }
        if try operation.has("max") { result = operation.emit("Min", result, try operation.operand("max", as: type)) }
        return [result]
    }
}
