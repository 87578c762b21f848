import Helios

// The tree for `helios checkpoint show --json`; docs/command-line.md describes it.

extension StateTree {
    func json(_ node: Node, depth: Int?) -> JSONValue {
        switch node {
        case .tensor(let facts):
            return .object(
                [
                    ("type", .string("tensor")), ("dtype", .string(facts.dtype)),
                    ("shape", .array(facts.shape.map { .int($0) })), ("byteCount", .int(facts.byteCount)),
                    ("storage", .int(facts.storage)),
                ] + (facts.shard.map { [("file", .string($0))] } ?? []))
        case .leaf(let leaf):
            return .object([("type", .string(leaf.type)), ("value", leaf.value)])
        case .sequence(let type, let elements):
            return parent(type, count: elements.count, node, depth: depth) {
                ("elements", .array(elements.map { json($0, depth: depth.map { $0 - 1 }) }))
            }
        case .dictionary(let entries):
            return parent("dictionary", count: entries.count, node, depth: depth) {
                (
                    "entries",
                    .array(
                        entries.map { entry in
                            .object([
                                ("key", entry.key.json), ("value", json(entry.node, depth: depth.map { $0 - 1 })),
                            ])
                        })
                )
            }
        }
    }

    private func parent(
        _ type: String, count: Int, _ node: Node, depth: Int?, parts: () -> (key: String, value: JSONValue)
    ) -> JSONValue {
        let totals = totals(of: node)
        let facts: [(key: String, value: JSONValue)] = [
            ("type", .string(type)), ("count", .int(count)), ("tensors", .int(totals.tensors)),
            ("byteCount", .int(totals.byteCount)),
        ]
        return .object(depth ?? 1 > 0 ? facts + [parts()] : facts)
    }
}

extension StateDict.Key {
    /// Texts and whole numbers as they are, and the rarer keys as Python writes them.
    var json: JSONValue {
        switch self {
        case .string(let name): .string(name)
        case .int(let number): .int(number)
        default: .string(description)
        }
    }
}
