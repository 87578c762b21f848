import Torch

/// Arithmetic of two tensors, or of a tensor and a number.
extension OperationTable {
    static let arithmetic: [String: Lowerer] = [
        "add": { try binary($0, "Add", scaling: true) }, "sub": { try binary($0, "Sub", scaling: true) },
        "mul": { operation in
            try binary(operation, operation.resultType() == .bool ? "And" : "Mul")
        },
        "div": divide, "true_divide": divide, "pow": power,
        "rsub": { operation in
            let type = try operation.resultType()
            let scaled = try scale(operation, operation.operand("self", as: type), type)
            return [operation.emit("Sub", try operation.operand("other", as: type), scaled)]
        },
        "floor_divide": { try [floorDivide($0)] },
        "remainder": { operation in
            let type = try operation.resultType()
            let right = try operation.operand("other", as: type)
            let left = try operation.operand("self", as: type)
            guard type.isFloatingPoint else { return [operation.emit("Mod", left, right)] }
            let quotient = operation.emit("Floor", operation.emit("Div", left, right))
            return [operation.emit("Sub", left, operation.emit("Mul", quotient, right))]
        },
        "fmod": { operation in
            let type = try operation.resultType()
            return [
                operation.emit(
                    "Mod", [try operation.operand("self", as: type), try operation.operand("other", as: type)],
                    .int("fmod", 1))
            ]
        },
        "maximum": { try binary($0, "Max") }, "minimum": { try binary($0, "Min") },
        "addcmul": { try combined($0, "Mul") }, "addcdiv": { try combined($0, "Div") },
        "lerp": { operation in
            let type = try operation.resultType()
            let start = try operation.operand("self", as: type)
            let step = operation.emit("Sub", try operation.operand("end", as: type), start)
            return [
                operation.emit("Add", start, operation.emit("Mul", step, try operation.operand("weight", as: type)))
            ]
        },
    ]

    private static func binary(_ operation: Operation, _ name: String, scaling: Bool = false) throws -> [String] {
        let type = try operation.resultType()
        var right = try operation.operand("other", as: type)
        if scaling { right = try scale(operation, right, type) }
        return [operation.emit(name, try operation.operand("self", as: type), right)]
    }

    private static func scale(_ operation: Operation, _ name: String, _ type: DType) throws -> String {
        let alpha = try operation.number("alpha", default: 1)
        return alpha == 1 ? name : operation.emit("Mul", name, try operation.constant(alpha, type))
    }

    private static func floorDivide(_ operation: Operation) throws -> String {
        let type = try operation.resultType()
        let computed: DType = type.isFloatingPoint ? type : .float64
        let quotient = operation.emit(
            "Div", try operation.operand("self", as: computed), try operation.operand("other", as: computed))
        return try operation.cast(operation.emit("Floor", quotient), from: computed, to: type)
    }

    private static let divide: Lowerer = { operation in
        switch try operation.string("rounding_mode") {
        case "floor"?: return try [floorDivide(operation)]
        case "trunc"?:
            let type = try operation.resultType()
            let quotient = operation.emit(
                "Div", try operation.operand("self", as: type), try operation.operand("other", as: type))
            guard type.isFloatingPoint else { return [quotient] }
            let size = operation.emit("Floor", operation.emit("Abs", quotient))
            return [operation.emit("Mul", size, operation.emit("Sign", quotient))]
        default: return try binary(operation, "Div")
        }
    }

    private static let power: Lowerer = { operation in
        let type = try operation.resultType()
        let base = try operation.operand("self", as: type)
        if !(try operation.isTensor("exponent")), try operation.number("exponent") == 2 {
            return [operation.emit("Mul", base, base)]
        }
        return [operation.emit("Pow", base, try operation.operand("exponent", as: type))]
    }

    private static func combined(_ operation: Operation, _ name: String) throws -> [String] {
        let type = try operation.resultType()
        var term = operation.emit(
            name, try operation.operand("tensor1", as: type), try operation.operand("tensor2", as: type))
        let value = try operation.number("value", default: 1)
        if value != 1 { term = operation.emit("Mul", term, try operation.constant(value, type)) }
        return [operation.emit("Add", try operation.operand("self", as: type), term)]
    }
}
