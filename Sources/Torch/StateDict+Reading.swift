/// The error of a state that lacks a key, has a value of another type there, or does not fit.
public struct StateDictError: DescribedError {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// One step into a state: the key of a dictionary, or the position in a list.
public protocol StateKeyConvertible {
    /// The key that it stands for.
    var stateKey: StateDict.Key { get }
}

extension StateDict.Key: StateKeyConvertible {
    public var stateKey: StateDict.Key { self }
}

extension StateKeyConvertible where Self == StateDict.Key {
    /// A name.
    @_disfavoredOverload
    public static func string(_ name: String) -> StateDict.Key { StateDict.Key.string(name) }
    /// A number, as in an optimizer's state.
    @_disfavoredOverload
    public static func int(_ number: Int) -> StateDict.Key { StateDict.Key.int(number) }
    /// A truth value as a key.
    @_disfavoredOverload
    public static func bool(_ value: Bool) -> StateDict.Key { StateDict.Key.bool(value) }
    /// A real number as a key.
    @_disfavoredOverload
    public static func double(_ value: Double) -> StateDict.Key { StateDict.Key.double(value) }
    /// Python's `None` as a key.
    @_disfavoredOverload
    public static var none: StateDict.Key { StateDict.Key.none }
}

extension String: StateKeyConvertible {
    public var stateKey: StateDict.Key { .string(self) }
}

extension Int: StateKeyConvertible {
    public var stateKey: StateDict.Key { .int(self) }
}

// MARK: What must be there

/// Values that must be there, with an error that names the key.
///
/// Each function takes the keys on the way to the value, names or numbers; a number can also be a position in a list.
/// ```swift
/// let weight = try state.tensor("layers.\(i).weight")
/// let step = try checkpoint.int("optimizer", "state", 0, "step")
/// ```
/// They throw `StateDictError` if there is no such key, or a value of another type.
extension StateDict {
    /// A value of any type.
    public func value(_ key: some StateKeyConvertible, _ further: any StateKeyConvertible...) throws -> StateValue {
        try value(at: [key] + further)
    }

    public func int(_ key: some StateKeyConvertible, _ further: any StateKeyConvertible...) throws -> Int {
        try read([key] + further, as: "an int", \.int)
    }

    /// A real number; an integer counts as one.
    public func double(_ key: some StateKeyConvertible, _ further: any StateKeyConvertible...) throws -> Double {
        try read([key] + further, as: "a float", \.double)
    }

    public func bool(_ key: some StateKeyConvertible, _ further: any StateKeyConvertible...) throws -> Bool {
        try read([key] + further, as: "a bool", \.bool)
    }

    public func string(_ key: some StateKeyConvertible, _ further: any StateKeyConvertible...) throws -> String {
        try read([key] + further, as: "a string", \.string)
    }

    public func tensor(_ key: some StateKeyConvertible, _ further: any StateKeyConvertible...) throws -> Tensor {
        try read([key] + further, as: "a tensor", \.tensor)
    }

    public func dictionary(
        _ key: some StateKeyConvertible, _ further: any StateKeyConvertible...
    ) throws -> StateDict {
        try read([key] + further, as: "a dictionary", \.dictionary)
    }

    /// A list; a tuple or a shape counts as one.
    public func list(_ key: some StateKeyConvertible, _ further: any StateKeyConvertible...) throws -> [StateValue] {
        try read([key] + further, as: "a list", \.list)
    }

    private func read<Result>(
        _ path: [any StateKeyConvertible], as expected: String, _ content: (StateValue) -> Result?
    ) throws -> Result {
        let value = try value(at: path)
        guard let result = content(value) else {
            throw StateDictError("\(name(of: path)) of the state must be \(expected), and is a \(value.typeName)")
        }
        return result
    }

    private func value(at path: [any StateKeyConvertible]) throws -> StateValue {
        var value = StateValue.dictionary(self)
        for (depth, step) in path.enumerated() {
            guard let next = value[step.stateKey] else {
                let owner = depth == 0 ? "it" : name(of: path.prefix(depth))
                throw StateDictError(
                    "the state has no \(name(of: path.prefix(depth + 1))); \(owner) \(value.contentDescription)")
            }
            value = next
        }
        return value
    }

    /// `'optimizer' / 'state' / '0'`.
    private func name(of path: some Sequence<any StateKeyConvertible>) -> String {
        path.map { "'\($0.stateKey)'" }.joined(separator: " / ")
    }
}

// MARK: What may be there

/// The content of a value as a Swift type; `nil` if it has another type.
///
/// With the subscript they read a state like a document:
/// ```swift
/// if let best = checkpoint["plugins"]?["early_stopping"]?["best"]?.double { … }
/// ```
extension StateValue {
    public var int: Int? {
        if case .int(let value) = self { value } else { nil }
    }

    /// A real number; an integer counts as one.
    public var double: Double? {
        switch self {
        case .double(let value): value
        case .int(let value): Double(value)
        default: nil
        }
    }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var tensor: Tensor? {
        if case .tensor(let value) = self { value } else { nil }
    }

    public var dictionary: StateDict? {
        if case .dictionary(let value) = self { value } else { nil }
    }

    /// A list; a tuple or a shape counts as one.
    public var list: [StateValue]? {
        switch self {
        case .list(let values), .tuple(let values): values
        case .size(let sizes): sizes.map { .int($0) }
        default: nil
        }
    }

    /// What a dictionary has under a key, or a list, a tuple or a shape at a position from 0; `nil` if there is no such
    /// value.
    public subscript(_ key: StateDict.Key) -> StateValue? {
        if case .dictionary(let values) = self { return values[key] }
        guard case .int(let position) = key, let list, list.indices.contains(position) else { return nil }
        return list[position]
    }

    /// What a dictionary has under a name; `nil` if there is no such value.
    public subscript(_ name: String) -> StateValue? {
        self[.string(name)]
    }

    /// Describes what can be asked for in the value, for an error.
    fileprivate var contentDescription: String {
        if case .dictionary(let values) = self { return "has \(values.keys.map(\.description))" }
        return list.map { "is a \(typeName) of \($0.count) values" } ?? "is a \(typeName)"
    }

    /// Describes what the value is, for an error.
    public var typeName: String {
        switch self {
        case .none: "none"
        case .bool: "bool"
        case .int: "int"
        case .bigInteger: "large int"
        case .double: "float"
        case .complex: "complex number"
        case .string: "string"
        case .bytes: "bytes"
        case .tensor: "tensor"
        case .dtype: "dtype"
        case .device: "device"
        case .size: "size"
        case .list: "list"
        case .tuple: "tuple"
        case .set: "set"
        case .dictionary: "dictionary"
        }
    }
}
