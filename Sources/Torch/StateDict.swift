import OrderedCollections

/// A value in a state dictionary: what a checkpoint file can hold.
public indirect enum StateValue: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    /// A whole number that `int` is too small for.
    case bigInteger(BigInteger)
    case double(Double)
    case complex(real: Double, imaginary: Double)
    case string(String)
    case bytes([UInt8])
    case tensor(Tensor)
    /// A type of elements.
    case dtype(DType)
    /// A device under PyTorch's name, as in `cuda:1`. A file may name one that is not known here.
    case device(String)
    /// A tensor's shape (`torch.Size`).
    case size([Int])
    case list([StateValue])
    /// A list of fixed length, which differs from a list in Python.
    case tuple([StateValue])
    /// Values in no particular order, each once. They keep the order in which they came.
    case set([StateValue])
    case dictionary(StateDict)
}

/// State as an ordered tree. The keys keep the order in which they came, as in a Python dictionary.
///
/// ```swift
/// var state = StateDict()
/// state["network"] = .dictionary(network.stateDict())
/// state["best"] = 0.93
/// ```
public struct StateDict: Sendable {
    /// A key: a name, a number as in an optimizer's state, or whatever else Python accepts as a key.
    public enum Key: Hashable, Sendable {
        case string(String)
        case int(Int)
        case none
        case bool(Bool)
        case double(Double)
        case bigInteger(BigInteger)
        case bytes([UInt8])
        case dtype(DType)
        case tuple([Key])
    }

    /// Which of Python's dictionaries it is.
    public enum Kind: Hashable, Sendable {
        /// A `dict`.
        case plain
        /// A `collections.OrderedDict`, as a module's state is one.
        case ordered
        /// A `collections.Counter`, which some schedulers keep.
        case counter
    }

    private var storage: OrderedDictionary<Key, StateValue>
    private var attributeStorage: OrderedDictionary<Key, StateValue> = [:]

    /// Which of Python's dictionaries it is. Nothing here depends on it, but it is kept.
    public var kind = Kind.plain

    /// What Python keeps with an ordered dictionary besides its keys: in a module's state, `_metadata` with the
    /// versions of the layers. A file keeps only the attributes of ordered dictionaries.
    public var attributes: StateDict {
        get { StateDict(storage: attributeStorage) }
        set { attributeStorage = newValue.storage }
    }

    private init(storage: OrderedDictionary<Key, StateValue>) {
        self.storage = storage
    }

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

    /// The value of a key; assigning `nil` removes it.
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
    /// If a key occurs several times, the last value counts.
    public init(dictionaryLiteral elements: (Key, StateValue)...) {
        self.init()
        for (key, value) in elements { storage[key] = value }
    }
}

extension StateDict.Key: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, CustomStringConvertible {
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
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .double(let number): "\(number)"
        case .bigInteger(let number): "\(number)"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .dtype(let dtype): "torch.\(dtype)"
        case .tuple(let keys): "(" + keys.map(\.description).joined(separator: ", ") + ")"
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

/// Anything that can be saved in a checkpoint and restored from it: a module, an optimizer, a scheduler, a sampler.
public protocol Stateful: AnyObject {
    func stateDict() throws -> StateDict

    /// Restores what `stateDict` returned.
    ///
    /// - Throws: if the state does not fit; then nothing has changed.
    func loadStateDict(_ state: StateDict) throws
}
