/// Padding at the edges.
extension OperationTable {
    static let padding: [String: Lowerer] = [
        "constant_pad_nd": { try pad($0, "constant") },
        "reflection_pad1d": { try pad($0, "reflect") }, "reflection_pad2d": { try pad($0, "reflect") },
        "reflection_pad3d": { try pad($0, "reflect") },
        "replication_pad1d": { try pad($0, "edge") }, "replication_pad2d": { try pad($0, "edge") },
        "replication_pad3d": { try pad($0, "edge") },
        "_pad_circular": circular,
        "pad": { operation in
            switch try operation.string("mode") ?? "constant" {
            case "constant": try pad(operation, "constant")
            case "reflect": try pad(operation, "reflect")
            case "replicate": try pad(operation, "edge")
            default: try circular(operation)
            }
        },
    ]

    /// PyTorch's pairs, from the last dimension on, as begins and ends of all dimensions.
    private static func edges(_ operation: Operation) throws -> (before: [Int], after: [Int]) {
        let rank = try operation.rank("self")
        let given = try operation.integers("pad", or: "padding")
        var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        for pair in 0..<min(given.count / 2, rank) {
            before[rank - 1 - pair] = given[2 * pair]
            after[rank - 1 - pair] = given[2 * pair + 1]
        }
        return (before, after)
    }

    private static func pad(_ operation: Operation, _ mode: String) throws -> [String] {
        let (before, after) = try edges(operation)
        var x = try operation.tensor("self")
        // Cutting comes first: not every runtime pads by less than nothing.
        for dim in before.indices where before[dim] < 0 || after[dim] < 0 {
            x = try operation.slice(x, dim, max(0, -before[dim]), after[dim] < 0 ? after[dim] : Int.max)
        }
        let pads = (before + after).map { max(0, $0) }
        guard pads.contains(where: { $0 != 0 }) else { return [x] }
        let value =
            mode == "constant"
            ? try operation.constant(operation.number("value", default: 0), operation.resultType()) : nil
        return [operation.emit("Pad", [x, try operation.constant(pads), value], .string("mode", mode))]
    }

    private static let circular: Lowerer = { operation in
        let (before, after) = try edges(operation)
        var x = try operation.tensor("self")
        for dim in before.indices where before[dim] != 0 || after[dim] != 0 {
            var parts = [x]
            if before[dim] < 0 || after[dim] < 0 {
                parts = [try operation.slice(x, dim, max(0, -before[dim]), after[dim] < 0 ? after[dim] : Int.max)]
            }
            if before[dim] > 0 { parts.insert(try operation.slice(x, dim, -before[dim], Int.max), at: 0) }
            if after[dim] > 0 { parts.append(try operation.slice(x, dim, 0, after[dim])) }
            x = parts.count == 1 ? parts[0] : operation.emit("Concat", parts, .int("axis", dim))
        }
        return [x]
    }
}

extension Operation {
    /// An argument that has one of two names.
    fileprivate func integers(_ name: String, or other: String) throws -> [Int] {
        try integers(node.inputNames.contains(name) ? name : other)
    }
}
