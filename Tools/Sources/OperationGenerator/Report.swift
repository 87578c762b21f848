/// Writes what was made and what was not, for people.
struct Report {
    var version: String
    var operations: [Operation]
    var resolution: OverloadResolution
    var omissions: [Omission]

    var text: String {
        let names = Set(operations.map(\.schema.name))
        var lines = [
            "# Generated operations",
            "",
            "Written by `generate-operations` from PyTorch \(version)'s `native_functions.yaml` and `operations.txt`.",
            "",
            "- Made: \(operations.count) overloads of \(names.count) operations.",
            "- Left out: \(omissions.count) overloads.",
            "",
            "## Left out",
            "",
        ]
        if omissions.isEmpty { lines.append("Nothing.") }
        let byReason = Dictionary(grouping: omissions, by: \.reason)
        for (reason, group) in byReason.sorted(by: { $0.key < $1.key }) {
            lines += ["\(reason) (\(group.count)):", ""]
            lines += Layout.words(group.map { "`\($0.name)`" }.joined(separator: ", ") + ".", prefix: "") + [""]
        }
        lines += [
            "## Arguments that lost their default",
            "",
            "With it, a call could mean an earlier overload too.",
            "",
            "| operation | argument | earlier overload |",
            "|---|---|---|",
        ]
        lines += resolution.requirements.map { "| `\($0.operation)` | `\($0.argument)` | `\($0.because)` |" }
        lines += ["", "## In Swift", ""]
        for section in operations.map(\.section).uniqued {
            let signatures = resolution.signatures.filter { $0.operation.section == section }
            lines += ["### \(section) (\(signatures.count))", "", "| PyTorch | Swift |", "|---|---|"]
            lines +=
                signatures.map { signature in
                    let forms = [signature] + (signature.forOneDimension.map { [$0] } ?? [])
                    let names = forms.map { "`\($0.description)`" }.joined(separator: ", ")
                    return "| `\(signature.operation.schema.fullName)` | \(names) |"
                } + [""]
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension [String] {
    /// Each element once, at its first place.
    var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
