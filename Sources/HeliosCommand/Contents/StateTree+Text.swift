import Helios

/// A table of a tree's parts: one line for each key, indented by its level.
struct StateTable {
    private struct Row {
        let key: String
        let type: String
        let detail: String
        let size: String
        let note: String
    }

    private let tree: StateTree
    private let depth: Int?
    private var rows: [Row] = []

    /// - Parameters:
    ///   - depth: how many levels below `node` are shown; `nil` shows all.
    init(_ tree: StateTree, from node: StateTree.Node, name: String, depth: Int?) {
        self.tree = tree
        self.depth = depth
        if node.children.isEmpty {
            add(name, node, level: 0)
        } else {
            addChildren(of: node, level: 0)
        }
    }

    private mutating func addChildren(of node: StateTree.Node, level: Int) {
        for (name, child) in node.children { add(name, child, level: level) }
    }

    private mutating func add(_ name: String, _ node: StateTree.Node, level: Int) {
        let key = String(repeating: "  ", count: level) + VisibleText.of(name)
        switch node {
        case .tensor(let facts):
            let sharing = tree.sharedStorages.contains(facts.storage) ? "in storage \(facts.storage)" : ""
            rows.append(
                Row(
                    key: key, type: facts.dtype, detail: "\(facts.shape)", size: Quantity.bytes(facts.byteCount),
                    note: facts.shard.map { "in \(VisibleText.of($0))" } ?? sharing))
        case .leaf(let leaf):
            rows.append(Row(key: key, type: leaf.type, detail: leaf.text, size: "", note: ""))
        case .sequence(let type, let elements):
            if let line = StateTable.line(of: elements, type: type) {
                rows.append(Row(key: key, type: type, detail: line, size: "", note: ""))
            } else {
                rows.append(parent(key, type, node, count: Quantity.count(elements.count, "element")))
                if level + 1 < depth ?? .max { addChildren(of: node, level: level + 1) }
            }
        case .dictionary(let entries):
            rows.append(parent(key, "dictionary", node, count: Quantity.count(entries.count, "key")))
            if level + 1 < depth ?? .max { addChildren(of: node, level: level + 1) }
        }
    }

    private func parent(_ key: String, _ type: String, _ node: StateTree.Node, count: String) -> Row {
        let totals = tree.totals(of: node)
        return Row(
            key: key, type: type, detail: count, size: totals.tensors > 0 ? Quantity.bytes(totals.byteCount) : "",
            note: "")
    }

    /// Returns a sequence of plain values as one line, as in `0.9, 0.999`; `nil` for any other sequence.
    private static func line(of elements: [StateTree.Node], type: String) -> String? {
        var texts: [String] = []
        for element in elements.prefix(20) {
            guard case .leaf(let leaf) = element else { return nil }
            texts.append(leaf.text)
        }
        for element in elements.dropFirst(20) { guard case .leaf = element else { return nil } }
        let rest = elements.count > 20 ? ", … (\(Quantity.count(elements.count)))" : ""
        return elements.isEmpty ? "empty" : texts.joined(separator: ", ") + rest
    }

    // MARK: Lines

    /// Returns the lines of the table, none of which is longer than the terminal's columns, if there is a terminal.
    func lines(columns: Int?) -> [String] {
        func width(_ text: (Row) -> String) -> Int { rows.map { TerminalText.columns(of: text($0)) }.max() ?? 0 }
        let (typeWidth, sizeWidth) = (width(\.type), width(\.size))
        let detailWidth = min(width { $0.size.isEmpty ? "" : $0.detail }, 40)
        // A long key must not push the other columns off the terminal.
        let rest = typeWidth + detailWidth + sizeWidth + 6
        let keyWidth = min(width(\.key), columns.map { max($0 - rest, 16) } ?? .max)
        return rows.map { row in
            let key = VisibleText.clipped(row.key, keyWidth)
            var line = VisibleText.padded(key, keyWidth) + "  " + VisibleText.padded(row.type, typeWidth) + "  "
            if row.size.isEmpty {
                line += row.detail
            } else {
                line += VisibleText.padded(row.detail, detailWidth) + "  "
                line += VisibleText.padded(row.size, sizeWidth, isRight: true)
                if !row.note.isEmpty { line += "  " + row.note }
            }
            return columns.map { VisibleText.clipped(line, $0) } ?? line
        }
    }
}

extension StateTree.Leaf {
    /// The value for a reader.
    var text: String {
        switch value {
        case .string(let text): type == "string" ? VisibleText.quoted(text) : VisibleText.clipped(text, 60)
        case .null: "none"
        default: value.line
        }
    }
}
