import Helios

/// Replaces `${model.width}` with the value of the key, and `${env:NAME}` and `${env:NAME:default}` with that of an
/// environment variable.
///
/// A text that is nothing but a reference becomes the value, whatever it is; inside a longer text the value is written
/// out. `$${` stands for `${`.
struct Interpolation {
    let root: ConfigNode
    let environment: [String: String]
    /// The keys that are being resolved, each because of the one before.
    private var open: [String] = []
    private var nodeCount = 0
    private var depth = 0
    private var textLength = 0

    init(root: ConfigNode, environment: [String: String]) {
        (self.root, self.environment) = (root, environment)
    }

    mutating func resolve() throws -> ConfigNode {
        try resolve(root)
    }

    private mutating func resolve(_ node: ConfigNode) throws -> ConfigNode {
        nodeCount += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= 2 * ConfigLimits.depth else {
            throw ConfigFault("references nest values more than \(2 * ConfigLimits.depth) deep", at: node.position)
        }
        guard nodeCount <= ConfigLimits.nodes else {
            throw ConfigFault("references make more than \(ConfigLimits.nodes) values", at: node.position)
        }
        switch node.content {
        case .scalar(.string(let text)) where text.contains("${"):
            return try replacement(of: text, at: node.position)
        case .scalar: return node
        case .list(let elements):
            var resolved: [ConfigNode] = []
            for element in elements { resolved.append(try resolve(element)) }
            return ConfigNode(.list(resolved), at: node.position)
        case .dictionary(let members):
            var resolved: [ConfigNode.Member] = []
            for member in members {
                resolved.append(member.with(try resolve(member.node)))
            }
            return ConfigNode(.dictionary(resolved), at: node.position)
        }
    }

    // MARK: Texts

    private enum Piece {
        case text(String)
        case reference(String)
    }

    private mutating func replacement(of text: String, at position: ConfigPosition) throws -> ConfigNode {
        let pieces = try pieces(of: text, at: position)
        if pieces.count == 1, case .reference(let reference) = pieces[0] {
            let value = try value(of: reference, at: position)
            var node = ConfigNode(value.content, at: position)
            if value.hasVariables { node.origin = .init(template: text, written: value.origin?.written) }
            return node
        }
        var result = ""
        var hasVariables = false
        for piece in pieces {
            switch piece {
            case .text(let part): result += part
            case .reference(let reference):
                let value = try value(of: reference, at: position)
                hasVariables = hasVariables || value.hasVariables
                result += try written(value, reference, at: position)
            }
            guard result.utf8.count <= ConfigLimits.textLength else {
                throw ConfigFault(
                    "references make a text of more than \(ConfigLimits.textLength) bytes", at: position)
            }
        }
        textLength += result.utf8.count
        guard textLength <= 4 * ConfigLimits.textLength else {
            throw ConfigFault("references make texts that are too long altogether", at: position)
        }
        var node = ConfigNode(.scalar(.string(result)), at: position)
        if hasVariables { node.origin = .init(template: text, written: nil) }
        return node
    }

    private func pieces(of text: String, at position: ConfigPosition) throws -> [Piece] {
        var pieces: [Piece] = []
        var plain = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            let before = rest[..<start.lowerBound]
            if before.hasSuffix("$") {
                plain += before.dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            plain += before
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw ConfigFault("'${' has no '}' after it; write '$${' for the characters themselves", at: position)
            }
            if !plain.isEmpty { pieces.append(.text(plain)) }
            plain = ""
            let reference = rest[start.upperBound..<end].trimmingCharacters(in: .whitespaces)
            guard !reference.isEmpty, reference != "env:", !reference.hasPrefix("env::") else {
                throw ConfigFault(
                    "'${\(ConfigFault.shown(reference))}' names nothing: write '${key}' or '${env:NAME}'", at: position)
            }
            guard !reference.contains("${") else {
                throw ConfigFault(
                    "a reference cannot have another one in it, as '${\(ConfigFault.shown(reference))}' has",
                    at: position)
            }
            pieces.append(.reference(reference))
            rest = rest[rest.index(after: end)...]
        }
        plain += rest
        if !plain.isEmpty || pieces.isEmpty { pieces.append(.text(plain)) }
        return pieces
    }

    private func written(_ node: ConfigNode, _ reference: String, at position: ConfigPosition) throws -> String {
        if let text = node.writtenText { return text }
        guard case .scalar(let value) = node.content else {
            throw ConfigFault(
                "'${\(ConfigFault.shown(reference))}' is \(node.value.typeDescription), which cannot be a part of a text",
                at: position)
        }
        return value.description
    }

    // MARK: References

    private mutating func value(of reference: String, at position: ConfigPosition) throws -> ConfigNode {
        if reference.hasPrefix("env:") { return try variable(reference.dropFirst(4), at: position) }
        let key = reference
        guard !open.contains(key) else {
            let circle = (open.drop { $0 != key } + [key]).map { ConfigFault.shown($0) }
            throw ConfigFault("references go in a circle: \(circle.joined(separator: " → "))", at: position)
        }
        guard open.count < ConfigLimits.depth else {
            throw ConfigFault("more than \(ConfigLimits.depth) references lead to each other", at: position)
        }
        open.append(key)
        defer { open.removeLast() }
        return try resolve(node(of: key, at: position))
    }

    /// What a key stands for, its own references not resolved.
    private mutating func node(of key: String, at position: ConfigPosition) throws -> ConfigNode {
        var node = root
        for name in key.split(separator: ".", omittingEmptySubsequences: false).map(String.init) {
            // What is on the way may be a reference itself.
            if let text = node.text, text.contains("${") { node = try replacement(of: text, at: node.position) }
            let found: ConfigNode? =
                switch node.content {
                case .scalar: nil
                case .list(let elements):
                    Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                case .dictionary: node.member(name)?.node
                }
            guard let found else {
                let names = node.members?.map(\.key) ?? []
                throw ConfigFault(
                    "'${\(ConfigFault.shown(key))}' leads nowhere: there is no '\(ConfigFault.shown(name))'"
                        + NearNames.question(name, among: names), at: position)
            }
            node = found
        }
        return node
    }

    private func variable(_ reference: Substring, at position: ConfigPosition) throws -> ConfigNode {
        let parts = reference.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let text = environment[parts[0]] ?? (parts.count == 2 ? parts[1] : nil) else {
            throw ConfigFault(
                "the environment has no variable '\(ConfigFault.shown(parts[0]))': set it, or give a default, as in "
                    + "'${env:\(ConfigFault.shown(parts[0])):…}'", at: position)
        }
        // As if it stood in the file.
        var node = ConfigNode(.scalar(PlainScalar.value(of: text)), at: position)
        node.origin = .init(template: "${env:\(reference)}", written: text)
        return node
    }
}
