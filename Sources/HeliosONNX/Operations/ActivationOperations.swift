/// The functions between layers.
extension OperationTable {
    static let activations: [String: Lowerer] = [
        "relu": unary("Relu"),
        "relu6": { operation in
            let type = try operation.resultType()
            let upper = try operation.constant(6, type)
            return [operation.emit("Min", operation.emit("Relu", try operation.tensor("self")), upper)]
        },
        "leaky_relu": {
            [
                $0.emit(
                    "LeakyRelu", [try $0.tensor("self")],
                    .float("alpha", try $0.number("negative_slope", default: 0.01)))
            ]
        },
        "rrelu": { operation in
            if try operation.boolean("training") {
                throw ONNXExportError(
                    "it draws slopes: switch the network to evaluation with eval() before it is exported")
            }
            let slope = (try operation.number("lower") + operation.number("upper")) / 2
            return [operation.emit("LeakyRelu", [try operation.tensor("self")], .float("alpha", slope))]
        },
        "prelu": { operation in
            var slope = try operation.tensor("weight")
            let (rank, count) = (try operation.rank("self"), try operation.fixedSize("weight", 0))
            if rank > 1, count > 1 {
                slope = try operation.reshape(slope, [count] + [Int](repeating: 1, count: rank - 2))
            }
            return [operation.emit("PRelu", try operation.tensor("self"), slope)]
        },
        "elu": { operation in
            let (x, type) = (try operation.tensor("self"), try operation.resultType())
            let (alpha, scale) = (try operation.number("alpha"), try operation.number("scale", default: 1))
            let inputScale = try operation.number("input_scale", default: 1)
            if scale == 1, inputScale == 1 { return [operation.emit("Elu", [x], .float("alpha", alpha))] }
            // A positive input is scaled by one factor, a negative one by two.
            let zero = try operation.constant(0, type)
            let below = operation.emit("Mul", operation.emit("Min", x, zero), try operation.constant(inputScale, type))
            let sum = operation.emit(
                "Add", operation.emit("Relu", x), operation.emit("Elu", [below], .float("alpha", alpha)))
            return [operation.emit("Mul", sum, try operation.constant(scale, type))]
        },
        "celu": { [$0.emit("Celu", [try $0.tensor("self")], .float("alpha", try $0.number("alpha", default: 1)))] },
        "selu": { [$0.emit("Selu", try $0.tensor("self"))] },
        "gelu": gelu,
        "silu": { operation in
            let x = try operation.tensor("self")
            return [operation.emit("Mul", x, operation.emit("Sigmoid", x))]
        },
        "mish": { operation in
            let x = try operation.tensor("self")
            return [operation.emit("Mul", x, operation.emit("Tanh", operation.emit("Softplus", x)))]
        },
        "hardsigmoid": {
            [$0.emit("HardSigmoid", [try $0.tensor("self")], .float("alpha", 1.0 / 6), .float("beta", 0.5))]
        },
        "hardswish": { [$0.emit("HardSwish", try $0.tensor("self"))] },
        "hardtanh": { operation in
            let (x, type) = (try operation.tensor("self"), try operation.resultType())
            let lower = try operation.constant(operation.number("min_val", default: -1), type)
            let upper = try operation.constant(operation.number("max_val", default: 1), type)
            return [operation.emit("Min", operation.emit("Max", x, lower), upper)]
        },
        "threshold": { operation in
            let (x, type) = (try operation.tensor("self"), try operation.resultType())
            let isAbove = operation.emit("Greater", x, try operation.constant(operation.number("threshold"), type))
            return [operation.emit("Where", isAbove, x, try operation.constant(operation.number("value"), type))]
        },
        "softplus": { operation in
            let (x, type) = (try operation.tensor("self"), try operation.resultType())
            let (beta, threshold) = (
                try operation.number("beta", default: 1), try operation.number("threshold", default: 20)
            )
            let factor = try operation.constant(beta, type)
            let scaled = operation.emit("Mul", x, factor)
            let smooth = operation.emit("Div", operation.emit("Softplus", scaled), factor)
            let isLinear = operation.emit("Greater", scaled, try operation.constant(threshold, type))
            return [operation.emit("Where", isLinear, x, smooth)]
        },
        "log_sigmoid": { operation in
            let minus = operation.emit("Neg", try operation.tensor("self"))
            return [operation.emit("Neg", operation.emit("Softplus", minus))]
        },
        "softsign": { [$0.emit("Softsign", try $0.tensor("self"))] },
        "hardshrink": { operation in
            let bound = try operation.number("lambd", default: 0.5)
            return [operation.emit("Shrink", [try operation.tensor("self")], .float("lambd", bound), .float("bias", 0))]
        },
        "softshrink": { operation in
            let bound = try operation.number("lambd", default: 0.5)
            return [
                operation.emit("Shrink", [try operation.tensor("self")], .float("lambd", bound), .float("bias", bound))
            ]
        },
        "glu": { operation in
            let dim = try operation.dimension("dim", default: -1)
            let halves = operation.emitAll(
                "Split", [try operation.tensor("self")], [.int("axis", dim), .int("num_outputs", 2)], outputs: 2)
            return [operation.emit("Mul", halves[0], operation.emit("Sigmoid", halves[1]))]
        },
        "softmax": { try softmax($0, "Softmax") }, "_softmax": { try softmax($0, "Softmax") },
        "log_softmax": { try softmax($0, "LogSoftmax") }, "_log_softmax": { try softmax($0, "LogSoftmax") },
    ]

    private static func softmax(_ operation: Operation, _ type: String) throws -> [String] {
        let x = try operation.operand("self", as: operation.resultType())
        return [operation.emit(type, [x], .int("axis", try operation.dimension("dim")))]
    }

    private static let gelu: Lowerer = { operation in
        let (x, type) = (try operation.tensor("self"), try operation.resultType())
        let half = operation.emit("Mul", x, try operation.constant(0.5, type))
        let one = try operation.constant(1, type)
        if try operation.string("approximate") == "tanh" {
            let cube = operation.emit("Mul", operation.emit("Mul", x, x), x)
            let inner = operation.emit("Add", x, operation.emit("Mul", cube, try operation.constant(0.044715, type)))
            let scaled = operation.emit("Mul", inner, try operation.constant((2 / Double.pi).squareRoot(), type))
            return [operation.emit("Mul", half, operation.emit("Add", operation.emit("Tanh", scaled), one))]
        }
        let error = operation.emit("Erf", operation.emit("Mul", x, try operation.constant(0.5.squareRoot(), type)))
        return [operation.emit("Mul", half, operation.emit("Add", error, one))]
    }
}
