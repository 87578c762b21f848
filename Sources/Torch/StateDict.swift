import OrderedCollections

/// A value in a state dictionary: what a checkpoint file can hold.
public indirect enum StateValue: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case tensor(Tensor)
    case list([StateValue])
    /// A list of fixed length, which Python tells from a list.
    case tuple([StateValue])
    case dictionary(StateDict)
}

/// State as an ordered tree: the keys keep the order in which they came, as in a Python dictionary.
///
/// ```swift
/// var state = StateDict()
/// state["network"] = .dictionary(network.stateDict())
/// state["best"] = 0.93
/// ```
public struct StateDict: Sendable {
    /// A key: a name, or a number as in an optimiser's state.
    public enum Key: Hashable, Sendable {
        case string(String)
        case int(Int)
    }

    private var storage: OrderedDictionary<Key, StateValue>

    public init() {
        storage = [:]
    }

    public var count: Int { storage.count }
    public var isEmpty: Bool { storage.isEmpty }
    public var keys: [Key] { Array(storage.keys) }

    /// The names among the keys, in order.
    public var names: [String] {
        storage.keys.compactMap { key in
            if case .string(let name) = key { name } else { nil }
        }
    }

    /// The value of a key; assigning nil removes it.
    public subscript(_ key: Key) -> StateValue? {
        get { storage[key] }
        set { storage[key] = newValue }
    }

    public subscript(_ name: String) -> StateValue? {
        get { storage[.string(name)] }
        set { storage[.string(name)] = newValue }
    }
}

extension StateDict: Sequence {
    public func makeIterator() -> AnyIterator<(key: Key, value: StateValue)> {
        var elements = storage.elements.makeIterator()
        return AnyIterator { elements.next().map { (key: $0.key, value: $0.value) } }
    }
}

extension StateDict: ExpressibleByDictionaryLiteral {
    /// The last of several values for one key counts.
    public init(dictionaryLiteral elements: (Key, StateValue)...) {
        self.init()
        for (key, value) in elements { storage[key] = value }
    }
}

extension StateDict.Key: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) {
        self = .string(value)
    }

    public init(integerLiteral value: Int) {
        self = .int(value)
    }

    public var description: String {
        switch self {
        case .string(let name): name
        case .int(let number): String(number)
        }
    }
}

extension StateValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByStringLiteral, ExpressibleByNilLiteral
{
    public init(integerLiteral value: Int) {
        self = .int(value)
    }

    public init(floatLiteral value: Double) {
        self = .double(value)
    }

    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    public init(stringLiteral value: String) {
        self = .string(value)
    }

    public init(nilLiteral: ()) {
        self = .none
    }
}

// MARK: Reading with an error that names the key

/// State that lacks a key, or has a value of another type there.
public struct StateDictError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

extension StateValue {
    /// What the value is, for an error.
    public var typeName: String {
        switch self {
        case .none: "none"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "string"
        case .tensor: "tensor"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dictionary"
        }
    }
}

extension StateDict {
    /// The value of a key that must be there.
    public func value(_ key: Key) throws -> StateValue {
        guard let value = self[key] else {
            throw StateDictError("the state has no '\(key)'; it has \(keys.map(\.description))")
        }
        return value
    }

    public func int(_ key: Key) throws -> Int {
        try value(key, as: "an int") { if case .int(let value) = $0 { value } else { nil } }
    }

    /// A real number; an integer serves as one.
    public func double(_ key: Key) throws -> Double {
        try value(key, as: "a float") {
            switch $0 {
            case .double(let value): value
            case .int(let value): Double(value)
            default: nil
            }
        }
    }

    public func bool(_ key: Key) throws -> Bool {
        try value(key, as: "a bool") { if case .bool(let value) = $0 { value } else { nil } }
    }

    public func string(_ key: Key) throws -> String {
        try value(key, as: "a string") { if case .string(let value) = $0 { value } else { nil } }
    }

    public func tensor(_ key: Key) throws -> Tensor {
        try value(key, as: "a tensor") { if case .tensor(let value) = $0 { value } else { nil } }
    }

    public func dictionary(_ key: Key) throws -> StateDict {
        try value(key, as: "a dictionary") { if case .dictionary(let value) = $0 { value } else { nil } }
    }

    /// A list; a tuple serves as one.
    public func list(_ key: Key) throws -> [StateValue] {
        try value(key, as: "a list") {
            switch $0 {
            case .list(let values), .tuple(let values): values
            default: nil
            }
        }
    }

    private func value<Result>(_ key: Key, as expected: String, _ read: (StateValue) -> Result?) throws -> Result {
        let value = try value(key)
        guard let result = read(value) else {
            throw StateDictError("'\(key)' of the state must be \(expected), and is a \(value.typeName)")
        }
        return result
    }
}

/// What can be saved in a checkpoint and restored from it: a module, an optimiser, a scheduler, a sampler.
public protocol Stateful: AnyObject {
    func stateDict() throws -> StateDict

    /// Restores what `stateDict` gave.
    ///
    /// - Throws: where the state does not fit; then nothing has changed.
    func loadStateDict(_ state: StateDict) throws
}
