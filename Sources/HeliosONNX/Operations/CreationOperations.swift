import Torch

/// New tensors whose shape depends on the inputs; others are constants.
extension OperationTable {
    static let creation: [String: Lowerer] = [
        "zeros": { [try filled($0, with: 0)] }, "ones": { [try filled($0, with: 1)] },
        "full": { [try filled($0, with: $0.number("fill_value"))] }, "new_zeros": { [try filled($0, with: 0)] },
        "new_ones": { [try filled($0, with: 1)] }, "new_full": { [try filled($0, with: $0.number("fill_value"))] },
        "zeros_like": { [try alike($0, 0)] }, "ones_like": { [try alike($0, 1)] },
        "full_like": { [try alike($0, $0.number("fill_value"))] },
        "fill": { [try alike($0, $0.number("value"))] }, "zero": { [try alike($0, 0)] },
        "copy": { operation in
            let source = try operation.operand("src", as: operation.resultType())
            return [operation.emit("Expand", source, operation.emit("Shape", try operation.tensor("self")))]
        },
        "arange": { operation in
            let type = try operation.resultType()
            func scalar(_ name: String, _ standard: Int) throws -> String {
                let size = try operation.size(name, default: standard)
                return try operation.cast(operation.squeeze(size, [0]), from: .int64, to: type)
            }
            return [operation.emit("Range", try scalar("start", 0), try scalar("end", 0), try scalar("step", 1))]
        },
        "linspace": { _ in throw ONNXExportError("it cannot be exported with a length that depends on a dynamic axis")
        },
    ]

    private static func filled(_ operation: Operation, with value: Double) throws -> String {
        let element = try operation.constant(value, operation.resultType())
        return operation.emit("Expand", element, try operation.sizes("size"))
    }

    private static func alike(_ operation: Operation, _ value: Double) throws -> String {
        let element = try operation.constant(value, operation.resultType())
        return operation.emit("Expand", element, operation.emit("Shape", try operation.tensor("self")))
    }
}
