/// The operations to make, as a text file lists them.
///
/// One `name` (all its overloads) or `name.overload` a word; `#` begins a comment; `[Pointwise]` begins a section, whose
/// operations go into Swift files of that name. Overloads that write into `out` are never meant: in Swift the result
/// comes back.
public struct Selection: Equatable, Sendable {
    public struct Item: Equatable, Sendable {
        public var name: String
        public var overload: String?
        public var section: String

        public var text: String {
            overload.map { "\(name).\($0)" } ?? name
        }
    }

    public var items: [Item]

    public init(parsing text: String) {
        items = []
        var section = "Operations"
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.prefix { $0 != "#" }
            if content.first == "[", let end = content.firstIndex(of: "]") {
                section = String(content[content.index(after: content.startIndex)..<end])
                continue
            }
            for word in content.split(whereSeparator: \.isWhitespace) {
                let parts = word.split(separator: ".", maxSplits: 1)
                guard let name = parts.first else { continue }
                let overload = parts.count == 2 ? String(parts[1]) : nil
                items.append(Item(name: String(name), overload: overload, section: section))
            }
        }
    }

    /// A selected operation with the section that it belongs to.
    public struct Choice: Equatable, Sendable {
        public var function: NativeFunction
        public var section: String
    }

    /// What the lines stand for: the operations, in the order of the lines and each once, and those that cannot be.
    public func resolve(in functions: NativeFunctions) -> (chosen: [Choice], omissions: [Omission]) {
        var chosen: [Choice] = []
        var omissions: [Omission] = []
        var seen: Set<String> = []
        let byName = Dictionary(grouping: functions.functions, by: \.schema.name)
        for item in items {
            let overloads = (byName[item.name] ?? []).filter { !$0.schema.isOutVariant }
            let matching = overloads.filter { item.overload == nil || $0.schema.overload == item.overload }
            if matching.isEmpty {
                omissions.append(Omission(name: item.text, reason: "not in native_functions.yaml", isFailure: true))
            }
            for function in matching where seen.insert(function.schema.fullName).inserted {
                if function.schema.arguments.contains(where: { $0.type.base == "Dimname" }) {
                    let name = function.schema.fullName
                    omissions.append(
                        Omission(name: name, reason: "named dimensions", isFailure: item.overload != nil))
                } else {
                    chosen.append(Choice(function: function, section: item.section))
                }
            }
        }
        return (chosen, omissions)
    }
}

/// A selected operation that was not made.
public struct Omission: Equatable, Sendable {
    public var name: String
    public var reason: String
    /// Whether the selection asked for it by name, so that its absence is an error.
    public var isFailure: Bool
}
