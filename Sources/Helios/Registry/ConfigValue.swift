import OrderedCollections

/// A value in a configuration. YAML and JSON files contain such values, and registries create objects from them.
///
/// You can write values as literals:
/// ```swift
/// let tree: ConfigValue = ["type": "AdamW", "lr": 1e-3, "betas": [0.9, 0.95], "amsgrad": true]
/// ```
public enum ConfigValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([ConfigValue])
    /// Values with names, in their original order.
    case dictionary(OrderedDictionary<String, ConfigValue>)

    /// The value with a name; `nil` if there is none, or if this is not a dictionary.
    public subscript(_ name: String) -> ConfigValue? {
        if case .dictionary(let members) = self { members[name] } else { nil }
    }

    /// Returns the value with a name, which is required.
    ///
    /// - Throws: `ConfigurationError` if there is no such value. The error lists the nearest names and all existing
    ///   ones.
    public func value(_ name: String) throws -> ConfigValue {
        guard case .dictionary(let members) = self else {
            throw ConfigurationError("the configuration must be a dictionary with '\(name)', not \(typeDescription)")
        }
        guard let value = members[name] else {
            let names = Array(members.keys)
            let all = names.isEmpty ? "it is empty" : "there are: \(names.joined(separator: ", "))"
            throw ConfigurationError(
                "the configuration has no '\(name)'\(NearNames.question(name, among: names)) (\(all))")
        }
        return value
    }
}

extension ConfigValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) {
        self = .null
    }

    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    public init(integerLiteral value: Int) {
        self = .int(value)
    }

    public init(floatLiteral value: Double) {
        self = .double(value)
    }

    public init(stringLiteral value: String) {
        self = .string(value)
    }

    public init(arrayLiteral elements: ConfigValue...) {
        self = .list(elements)
    }

    /// If a name occurs several times, the last value is used.
    public init(dictionaryLiteral elements: (String, ConfigValue)...) {
        self = .dictionary(OrderedDictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension ConfigValue: CustomStringConvertible {
    /// The value as YAML in one line: `{lr: 0.001, betas: [0.9, 0.95]}`. Very long or deep values are truncated.
    public var description: String {
        var text = ""
        write(to: &text, depth: 0)
        return text
    }

    /// A description of the value for an error message: `the string "a"`, `the list [1, 2]`.
    public var typeDescription: String {
        switch self {
        case .null, .bool: description
        case .int, .double: "the number \(description)"
        case .string: "the string \(description)"
        case .list: "the list \(description)"
        case .dictionary: "the dictionary \(description)"
        }
    }

    /// An error is no place for a whole file, and a tree from a file may be deeper than the stack.
    private static let (longestText, deepestText) = (160, 8)

    private static func start(of text: String) -> String { VisibleText.of(String(text.prefix(80))) }

    private func write(to text: inout String, depth: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += "\(value)"
        case .int(let value): text += "\(value)"
        case .double(let value): text += "\(value)"
        case .string(let value): text += "\"\(Self.start(of: value))\(value.count > 80 ? "…" : "")\""
        case .list(let elements):
            Self.write(elements, in: ("[", "]"), to: &text, depth: depth) { element, text in
                element.write(to: &text, depth: depth + 1)
            }
        case .dictionary(let members):
            Self.write(members.elements, in: ("{", "}"), to: &text, depth: depth) { member, text in
                text += "\(Self.start(of: member.key)): "
                member.value.write(to: &text, depth: depth + 1)
            }
        }
    }

    private static func write<Elements: Collection>(
        _ elements: Elements, in brackets: (String, String), to text: inout String, depth: Int,
        element write: (Elements.Element, inout String) -> Void
    ) {
        text += brackets.0
        for (position, element) in elements.enumerated() {
            if position > 0 { text += ", " }
            guard text.utf8.count < longestText, depth < deepestText else {
                text += "…"
                break
            }
            write(element, &text)
        }
        text += brackets.1
    }
}
