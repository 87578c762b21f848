import Helios

/// The place of a value in a tree of state, as a user writes it: keys and positions, with dots between them.
///
/// Keys may contain dots themselves, as those of a module's state do.
struct StatePath: Equatable {
    let text: String

    static let root = StatePath(text: "")

    var isRoot: Bool { text.isEmpty }

    func appending(_ key: StateDict.Key) -> StatePath {
        appending(key.description)
    }

    func appending(_ component: String) -> StatePath {
        StatePath(text: isRoot ? component : "\(text).\(component)")
    }

    /// Whether the path, or one above it, matches a pattern in which `*` stands for any characters.
    func matches(_ pattern: String) -> Bool {
        let (pattern, text) = (Array(pattern.unicodeScalars), Array(text.unicodeScalars))
        // Where to continue if the characters behind the last star do not match.
        var (p, t) = (0, 0)
        var retry: (p: Int, t: Int)?
        while true {
            if p == pattern.count, t == text.count || text[t] == "." { return true }
            if p < pattern.count, pattern[p] == "*" {
                retry = (p + 1, t)
                p += 1
            } else if p < pattern.count, t < text.count, pattern[p] == text[t] {
                (p, t) = (p + 1, t + 1)
            } else if let (nextP, nextT) = retry, nextT < text.count {
                retry = (nextP, nextT + 1)
                (p, t) = (nextP, nextT + 1)
            } else {
                return false
            }
        }
    }
}

extension StateTree.Node {
    /// Returns the part at a path; `nil` if there is none.
    func node(at path: StatePath) -> StateTree.Node? {
        path.isRoot ? self : node(at: path.text[...])
    }

    private func node(at rest: Substring) -> StateTree.Node? {
        for (name, node) in children {
            guard rest.hasPrefix(name) else { continue }
            let behind = rest.dropFirst(name.count)
            if behind.isEmpty { return node }
            guard behind.hasPrefix("."), let found = node.node(at: behind.dropFirst()) else { continue }
            return found
        }
        return nil
    }

    /// The parts directly below, with their keys or positions.
    var children: [(name: String, node: StateTree.Node)] {
        switch self {
        case .tensor, .leaf: []
        case .sequence(_, let elements): elements.enumerated().map { (String($0.offset), $0.element) }
        case .dictionary(let entries): entries.map { ($0.key.description, $0.node) }
        }
    }
}
