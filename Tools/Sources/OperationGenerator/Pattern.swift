/// Which operations a word of operations.txt means.
///
/// `add` is every overload of that name, `add.Scalar` one of them. `*` stands for any characters: `conv*`,
/// `sparse_csr_*`. `@pointwise` is what has that property, and `a+b` is what both parts mean: `@pointwise+*_`.
public struct Pattern: Equatable, Sendable {
    public let text: String
    private let conditions: [Condition]

    private enum Condition: Equatable {
        case name(String)
        case property(Property)
    }

    /// What the operation's schema or its tags in native_functions.yaml say.
    public enum Property: String, CaseIterable, Sendable {
        /// Results go into tensors that the caller hands in.
        case out
        case namedDimensions = "named-dimensions"
        /// Each element of the result depends on one place of the arguments: PyTorch's tag.
        case pointwise
        /// Several elements become one: PyTorch's tag.
        case reduction

        func holds(for function: NativeFunction) -> Bool {
            switch self {
            case .out: function.schema.isOutVariant
            case .namedDimensions: function.schema.arguments.contains { $0.type.base == "Dimname" }
            case .pointwise, .reduction: function.tags.contains(rawValue)
            }
        }
    }

    /// Throws for a property that there is not.
    public init(_ text: String) throws {
        self.text = text
        conditions = try text.split(separator: "+").map { part in
            guard part.hasPrefix("@") else { return .name(String(part)) }
            guard let property = Property(rawValue: String(part.dropFirst())) else {
                let known = Property.allCases.map { "@\($0.rawValue)" }.joined(separator: ", ")
                throw SelectionError(text: text, reason: "there is no such property; there are \(known)")
            }
            return .property(property)
        }
    }

    /// Whether it is the name of one operation or overload.
    public var isName: Bool {
        !text.contains { "*@+".contains($0) }
    }

    /// Whether an operation of this libtorch must match: named dimensions, say, have gone.
    var mustMatch: Bool {
        !conditions.allSatisfy { if case .property = $0 { true } else { false } }
    }

    public func matches(_ function: NativeFunction) -> Bool {
        conditions.allSatisfy { condition in
            switch condition {
            case .name(let glob):
                Pattern.glob(glob, matches: function.schema.name)
                    || Pattern.glob(glob, matches: function.schema.fullName)
            case .property(let property): property.holds(for: function)
            }
        }
    }

    /// Whether `text` matches `glob`, in which `*` stands for any characters.
    static func glob(_ glob: String, matches text: String) -> Bool {
        let pieces = glob.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else { return glob == text }
        guard text.hasPrefix(first), text.dropFirst(first.count).hasSuffix(last) else { return false }
        var rest = text.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let place = rest.range(of: piece) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}

extension Substring {
    fileprivate func range(of piece: Substring) -> Range<Index>? {
        ranges(of: piece).first
    }
}

/// A line of operations.txt that means nothing.
public struct SelectionError: Error, Equatable, CustomStringConvertible {
    public var text: String
    public var reason: String

    public var description: String {
        "'\(text)' in the list of operations: \(reason)"
    }
}
