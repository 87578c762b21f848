import Torch
import TorchScript

/// Recurrent layers and cells.
extension OperationTable {
    static let recurrent: [String: Lowerer] = [
        "lstm": { try layers($0, .lstm) }, "gru": { try layers($0, .gru) }, "rnn_tanh": { try layers($0, .tanh) },
        "rnn_relu": { try layers($0, .relu) },
        "lstm_cell": lstmCell, "gru_cell": gruCell,
        "rnn_tanh_cell": { [$0.emit("Tanh", try sum($0))] }, "rnn_relu_cell": { [$0.emit("Relu", try sum($0))] },
    ]

    private enum Kind {
        case lstm, gru, tanh, relu

        /// For each of ONNX's gates, the place of PyTorch's.
        var gates: [Int] {
            switch self {
            case .lstm: [0, 3, 1, 2]  // input, output, forget, cell from input, forget, cell, output
            case .gru: [1, 0, 2]  // update, reset, new from reset, update, new
            case .tanh, .relu: [0]
            }
        }

        var type: String {
            switch self {
            case .lstm: "LSTM"
            case .gru: "GRU"
            case .tanh, .relu: "RNN"
            }
        }
    }

    /// Weights with the gates in ONNX's order.
    private static func reordered(_ tensor: Tensor, _ kind: Kind) throws -> Tensor {
        let parts = try tensor.detach().chunk(chunks: kind.gates.count)
        return try Tensor.cat(kind.gates.map { parts[$0] }, dim: 0)
    }

    private static func layers(_ operation: Operation, _ kind: Kind) throws -> [String] {
        guard operation.node.inputNames.contains("batch_first") else {
            throw ONNXExportError(
                "packed sequences cannot be exported: export the network with one sequence of one length, or with padding"
            )
        }
        if try operation.boolean("train"), try operation.number("dropout") > 0 {
            throw ONNXExportError(
                "dropout is active: switch the network to evaluation with eval() before it is exported")
        }
        guard case .list(let values)? = try operation.known("params") else {
            throw ONNXExportError("its weights must not depend on the network's inputs")
        }
        let weights = values.compactMap(\.tensor)
        let hasBiases = try operation.boolean("has_biases")
        let (count, isBidirectional) = (try operation.integer("num_layers"), try operation.boolean("bidirectional"))
        let directions = isBidirectional ? 2 : 1
        guard weights.count == count * directions * (hasBiases ? 4 : 2) else {
            throw ONNXExportError("an LSTM whose outputs are projected cannot be exported: ONNX's has no projection")
        }
        let isBatchFirst = try operation.boolean("batch_first")
        var sequence = try operation.tensor("input")
        if isBatchFirst { sequence = operation.transpose(sequence, [1, 0, 2]) }
        let states = kind == .lstm ? try operation.tensors("hx") : [try operation.tensor("hx")]
        var lasts = states.map { _ in [String]() }
        let hidden = weights[1].shape[1]
        for layer in 0..<count {
            let own = (0..<directions).map { direction -> [Tensor] in
                let size = hasBiases ? 4 : 2
                let start = (layer * directions + direction) * size
                return Array(weights[start..<(start + size)])
            }
            func stacked(_ index: Int) throws -> Tensor {
                try Tensor.stack(own.map { try reordered($0[index], kind) }, dim: 0)
            }
            let builder = operation.lowering.builder
            let biases = hasBiases ? try Tensor.cat([stacked(2), stacked(3)], dim: 1) : nil
            let initial: [String?] = try states.map {
                count == 1
                    ? $0 : try operation.slice($0, 0, layer * directions, (layer + 1) * directions)
            }
            var attributes: [Attribute] = [.int("hidden_size", hidden)]
            if isBidirectional { attributes.append(.string("direction", "bidirectional")) }
            if kind == .gru { attributes.append(.int("linear_before_reset", 1)) }
            if kind == .relu {
                attributes.append(.strings("activations", [String](repeating: "Relu", count: directions)))
            }
            let results = operation.emitAll(
                kind.type,
                [
                    sequence, try builder.initializer(stacked(0)), try builder.initializer(stacked(1)),
                    try biases.map { try builder.initializer($0) }, nil,
                ] + initial, attributes, outputs: states.count + 1)
            // [length, directions, batch, hidden] → [length, batch, directions · hidden]
            if isBidirectional {
                let joined = try operation.constant([0, 0, -1])
                sequence = operation.emit("Reshape", operation.transpose(results[0], [0, 2, 1, 3]), joined)
            } else {
                sequence = try operation.squeeze(results[0], [1])
            }
            for index in lasts.indices { lasts[index].append(results[index + 1]) }
        }
        if isBatchFirst { sequence = operation.transpose(sequence, [1, 0, 2]) }
        return [sequence] + lasts.map { $0.count == 1 ? $0[0] : operation.emit("Concat", $0, .int("axis", 0)) }
    }

    // MARK: Cells

    private static func part(_ operation: Operation, _ x: String, _ weight: String, _ bias: String) throws -> String {
        let weight = operation.transpose(try operation.tensor(weight), [1, 0])
        let product = operation.emit("MatMul", x, weight)
        return try operation.optionalTensor(bias).map { operation.emit("Add", product, $0) } ?? product
    }

    private static func sum(_ operation: Operation) throws -> String {
        let input = try part(operation, operation.tensor("input"), "w_ih", "b_ih")
        return operation.emit("Add", input, try part(operation, operation.tensor("hx"), "w_hh", "b_hh"))
    }

    private static func gates(_ operation: Operation, _ x: String, _ count: Int) -> [String] {
        operation.emitAll("Split", [x], [.int("axis", 1), .int("num_outputs", count)], outputs: count)
    }

    private static let lstmCell: Lowerer = { operation in
        let states = try operation.tensors("hx")
        let input = try part(operation, operation.tensor("input"), "w_ih", "b_ih")
        let sum = operation.emit("Add", input, try part(operation, states[0], "w_hh", "b_hh"))
        let parts = gates(operation, sum, 4)
        let kept = operation.emit("Mul", operation.emit("Sigmoid", parts[1]), states[1])
        let added = operation.emit("Mul", operation.emit("Sigmoid", parts[0]), operation.emit("Tanh", parts[2]))
        let cell = operation.emit("Add", kept, added)
        return [operation.emit("Mul", operation.emit("Sigmoid", parts[3]), operation.emit("Tanh", cell)), cell]
    }

    private static let gruCell: Lowerer = { operation in
        let hidden = try operation.tensor("hx")
        let input = gates(operation, try part(operation, operation.tensor("input"), "w_ih", "b_ih"), 3)
        let state = gates(operation, try part(operation, hidden, "w_hh", "b_hh"), 3)
        let reset = operation.emit("Sigmoid", operation.emit("Add", input[0], state[0]))
        let update = operation.emit("Sigmoid", operation.emit("Add", input[1], state[1]))
        let new = operation.emit("Tanh", operation.emit("Add", input[2], operation.emit("Mul", reset, state[2])))
        return [operation.emit("Add", new, operation.emit("Mul", update, operation.emit("Sub", hidden, new)))]
    }
}
