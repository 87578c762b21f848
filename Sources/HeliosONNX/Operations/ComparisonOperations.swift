import Torch

/// Comparisons, logic, and choices.
extension OperationTable {
    static let comparisons: [String: Lowerer] = [
        "eq": { [try compare($0, "Equal")] }, "ne": { [$0.emit("Not", try compare($0, "Equal"))] },
        "lt": { [try compare($0, "Less")] }, "le": { [try compare($0, "LessOrEqual")] },
        "gt": { [try compare($0, "Greater")] }, "ge": { [try compare($0, "GreaterOrEqual")] },
        "logical_and": { try logic($0, "And") }, "logical_or": { try logic($0, "Or") },
        "logical_xor": { try logic($0, "Xor") },
        "bitwise_and": { try bits($0, "And") }, "__and__": { try bits($0, "And") },
        "bitwise_or": { try bits($0, "Or") }, "__or__": { try bits($0, "Or") },
        "bitwise_xor": { try bits($0, "Xor") }, "__xor__": { try bits($0, "Xor") },
        "where": { operation in
            let type = try operation.resultType()
            return [
                operation.emit(
                    "Where", try operation.operand("condition", as: .bool), try operation.operand("self", as: type),
                    try operation.operand("other", as: type))
            ]
        },
        "masked_fill": { operation in
            let type = try operation.resultType()
            return [
                operation.emit(
                    "Where", try operation.operand("mask", as: .bool), try operation.operand("value", as: type),
                    try operation.operand("self", as: type))
            ]
        },
    ]

    private static func compare(_ operation: Operation, _ name: String) throws -> String {
        let left = try operation.dtype("self")
        var type = left
        if try operation.isTensor("other") {
            type = left.promoted(with: try operation.dtype("other"))
        } else if !left.isFloatingPoint, try operation.number("other") != operation.number("other").rounded() {
            type = .float32
        }
        // Runtimes order numbers, not truth values.
        if type == .bool, name != "Equal" { type = .int32 }
        return operation.emit(name, try operation.operand("self", as: type), try operation.operand("other", as: type))
    }

    private static func logic(_ operation: Operation, _ name: String) throws -> [String] {
        [operation.emit(name, try operation.operand("self", as: .bool), try operation.operand("other", as: .bool))]
    }

    private static func bits(_ operation: Operation, _ name: String) throws -> [String] {
        let type = try operation.resultType()
        return [
            operation.emit(
                type == .bool ? name : "Bitwise\(name)", try operation.operand("self", as: type),
                try operation.operand("other", as: type))
        ]
    }
}
