extension Module: CustomStringConvertible {
    /// The module with its options and all modules below it, line by line, as PyTorch prints them.
    public final var description: String {
        var path: [Module] = []
        return describe(&path)
    }

    /// The module with its options, without what is below.
    final var briefDescription: String {
        extraDescription.isEmpty && !children().isEmpty || extraDescription.contains("\n")
            ? typeName : "\(typeName)(\(extraDescription))"
    }

    /// The class as PyTorch prints it.
    final var typeName: String {
        parametrized.isEmpty ? className : "Parametrized\(className)"
    }

    private final func describe(_ path: inout [Module]) -> String {
        let name = typeName
        // A reference back to a module above is no child.
        if path.contains(where: { $0 === self }) { return "\(name)(…)" }
        path.append(self)
        defer { path.removeLast() }
        let members =
            printsEqualNeighborsOnce ? Self.runs(of: nodes(), &path) : Self.lines(of: nodes(), &path)
        let extra = extraDescription.isEmpty ? [] : [extraDescription]
        if members.isEmpty && !extraDescription.contains("\n") { return "\(name)(\(extraDescription))" }
        return "\(name)(\n\(Self.indented((extra + members).joined(separator: "\n")))\n)"
    }

    private static func lines(of members: [(key: String, node: ModuleNode)], _ path: inout [Module]) -> [String] {
        members.map { "(\($0.key)): \(describe($0.node, &path))" }
    }

    private static func describe(_ node: ModuleNode, _ path: inout [Module]) -> String {
        switch node {
        case .module(let module):
            return module.describe(&path)
        case .group(.table, let members):
            let lines = lines(of: members, &path)
            return "\(ModuleNode.GroupKind.table.rawValue)(\n\(indented(lines.joined(separator: "\n")))\n)"
        case .group(.list, let members):
            let lines = runs(of: members, &path)
            return "\(ModuleNode.GroupKind.list.rawValue)(\n\(indented(lines.joined(separator: "\n")))\n)"
        }
    }

    /// The members line by line, equal neighbors in one line.
    private static func runs(of members: [(key: String, node: ModuleNode)], _ path: inout [Module]) -> [String] {
        var runs: [(first: String, last: String, count: Int, text: String)] = []
        for (key, node) in members {
            let text = describe(node, &path)
            if let last = runs.indices.last, runs[last].text == text {
                runs[last].last = key
                runs[last].count += 1
            } else {
                runs.append((key, key, 1, text))
            }
        }
        return runs.map { run in
            run.count == 1 ? "(\(run.first)): \(run.text)" : "(\(run.first)-\(run.last)): \(run.count) x \(run.text)"
        }
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(separator: "\n")
    }
}
