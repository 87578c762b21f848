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
    /// A type of elements, as a value of its own.
    case dtype(DType)
    /// A device under PyTorch's name, as in `cuda:1`: a file may name one that is not known here.
    case device(String)
    /// A tensor's shape (`torch.Size`).
    case size([Int])
    case list([StateValue])
    /// A list of fixed length, which Python tells from a list.
    case tuple([StateValue])
    /// Values without an order that means something, each once; they keep the one in which they came.
    case set([StateValue])
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
    /// A key: a name, a number as in an optimiser's state, or what else Python takes for one.
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

    /// Which of Python's dictionaries it is; nothing here depends on it, but it is kept.
    public var kind = Kind.plain

    /// What Python keeps of an ordered dictionary beside its keys: in a module's state, `_metadata` with the versions of
    /// the layers. A file keeps the attributes of an ordered dictionary only.
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

/// What can be saved in a checkpoint and restored from it: a module, an optimiser, a scheduler, a sampler.
public protocol Stateful: AnyObject {
    func stateDict() throws -> StateDict

    /// Restores what `stateDict` gave.
    ///
    /// - Throws: where the state does not fit; then nothing has changed.
    func loadStateDict(_ state: StateDict) throws
}
