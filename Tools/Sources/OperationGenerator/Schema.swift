/// An operation as `native_functions.yaml` declares it: `add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) ->
/// Tensor`.
public struct Schema: Equatable, Sendable {
    /// The name before the dot, as in `add`; an operation that writes into its first argument ends in `_`.
    public var name: String
    /// The name behind the dot, as in `Tensor`; empty if there is none.
    public var overload: String
    public var arguments: [Argument]
    public var results: [Result]

    /// The name with the overload, as in `add.Tensor`.
    public var fullName: String {
        overload.isEmpty ? name : "\(name).\(overload)"
    }

    /// Whether results go into tensors that the caller hands in under their own names.
    public var isOutVariant: Bool {
        arguments.contains { $0.alias?.isWritten == true && $0.isKeywordOnly } && !name.hasSuffix("_")
    }

    public struct Argument: Equatable, Sendable {
        public var name: String
        public var type: ValueType
        public var alias: Alias?
        /// The default as the schema spells it.
        public var defaultValue: String?
        public var isKeywordOnly: Bool
    }

    public struct Result: Equatable, Sendable {
        public var name: String?
        public var type: ValueType
        public var alias: Alias?
    }

    /// Which memory a tensor may share: `(a)`, and whether the operation writes there: `(a!)`.
    public struct Alias: Equatable, Sendable {
        public var sets: [String]
        public var isWritten: Bool
    }

    /// A type such as `Tensor?`, `int[2]` or `Tensor?[]`.
    public struct ValueType: Equatable, Sendable {
        public var base: String
        /// For a list: whether an element may be none. Otherwise false.
        public var hasOptionalElements = false
        public var isList = false
        /// The `2` of `int[2]`.
        public var listCount: Int?
        /// Whether the whole may be none.
        public var isOptional = false

        public var description: String {
            let list = isList ? "[\(listCount.map(String.init) ?? "")]" : ""
            return base + (hasOptionalElements ? "?" : "") + list + (isOptional ? "?" : "")
        }
    }
}

extension Schema: CustomStringConvertible {
    /// The schema as PyTorch writes it, without what it says of shared memory.
    public var description: String {
        var parts: [String] = []
        var isBehindStar = false
        for argument in arguments {
            if argument.isKeywordOnly, !isBehindStar {
                parts.append("*")
                isBehindStar = true
            }
            parts.append(
                "\(argument.type.description) \(argument.name)" + (argument.defaultValue.map { "=\($0)" } ?? ""))
        }
        let outcomes = results.map { $0.type.description + ($0.name.map { " \($0)" } ?? "") }
        let list = outcomes.joined(separator: ", ")
        let outcome = results.count == 1 && results[0].name == nil ? list : "(\(list))"
        return "\(fullName)(\(parts.joined(separator: ", "))) -> \(outcome)"
    }
}
