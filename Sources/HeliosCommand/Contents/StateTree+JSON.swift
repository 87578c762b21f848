import Helios

// The tree for `helios checkpoint show --json`; docs/command-line.md describes it.

extension StateTree {
    func json(_ node: Node, depth: Int?) -> JSONValue {
        switch node {
        case .tensor(let facts):
            let members: [JSONValue.Member] = [
                .init("type", .string("tensor")), .init("dtype", .string(facts.dtype)),
                .init("shape", .array(facts.shape.map { .int($0) })), .init("byteCount", .int(facts.byteCount)),
                .init("storage", .int(facts.storage)),
            ]
            return .object(members + (facts.shard.map { [.init("file", .string($0))] } ?? []))
        case .leaf(let leaf):
            return ["type": .string(leaf.type), "value": leaf.value]
        case .sequence(let type, let elements):
            return parent(type, count: elements.count, node, depth: depth) { depth in
                .init("elements", .array(elements.map { json($0, depth: depth) }))
            }
        case .dictionary(let entries):
            return parent("dictionary", count: entries.count, node, depth: depth) { depth in
                .init("entries", .array(entries.map { ["key": $0.key.json, "value": json($0.node, depth: depth)] }))
            }
        }
    }

    /// - Parameter parts: returns the parts, given the depth that is left for them. It is not called if none is left.
    private func parent(
        _ type: String, count: Int, _ node: Node, depth: Int?, parts: (Int?) -> JSONValue.Member
    ) -> JSONValue {
        let totals = totals(of: node)
        let facts: [JSONValue.Member] = [
            .init("type", .string(type)), .init("count", .int(count)), .init("tensors", .int(totals.tensors)),
            .init("byteCount", .int(totals.byteCount)),
        ]
        return .object(depth ?? 1 > 0 ? facts + [parts(depth.map { $0 - 1 })] : facts)
    }
}

extension StateDict.Key {
    /// Strings and integers as they are, and other keys as Python writes them.
    var json: JSONValue {
        switch self {
        case .string(let name): .string(name)
        case .int(let number): .int(number)
        default: .string(description)
        }
    }
}
