/// A stored property of a model whose value is in the checkpoints, whatever it holds when one is restored.
///
/// ```swift
/// final class Recurrent: Model<TextBatch> {
///     @Saved var hidden: LSTM.State?          // nil until the first batch, and after a resume what it was
///     @Saved var bestScore = 0.0
/// }
/// ```
///
/// The value is a number (`Int`, `Double`), a `Bool`, a `String`, a tensor, or an optional, an array, a tuple of up to six
/// or a dictionary (by `String` or `Int`) of such values. Another type is an error in the first checkpoint. A tensor is
/// saved as its values, and restored without a recorded gradient: on the device of the tensor that the property holds
/// after `setup`, or on the model's device if it holds none.
@propertyWrapper
public struct Saved<Value> {
    /// A reference, so that a model restores it by reflection, which cannot assign to a property.
    private final class Box {
        var value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private let box: Box

    /// A saved property that begins with this value.
    public init(wrappedValue: Value) {
        box = Box(wrappedValue)
    }

    /// The value that the checkpoints contain.
    public var wrappedValue: Value {
        get { box.value }
        nonmutating set { box.value = newValue }
    }
}

/// A stored property of a model that is not in the checkpoints: training must not depend on what it holds.
///
/// ```swift
/// @Unsaved var lastOutput: Tensor?           // for a picture in the log
/// ```
/// Tensors in other properties are saved, or the first checkpoint warns about them.
@propertyWrapper
public struct Unsaved<Value> {
    /// The value, which no checkpoint contains.
    public var wrappedValue: Value

    /// An unsaved property that begins with this value.
    public init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }
}

extension Unsaved: UnsavedProperty {}

extension Saved: SavedProperty {
    func stateValue() throws -> StateValue {
        try StateValue(reflecting: box.value)
    }

    func load(_ state: StateValue, device: Device) throws {
        // A file says nothing about devices: tensors go to the device of the tensors that they replace.
        let device = TensorTree(box.value)?.tensors.first?.device ?? device
        guard let value = try state.reflected(on: device) as? Value else {
            throw StateDictError("it is a \(state.typeName) in the state, and the property a \(Value.self)")
        }
        box.value = value
    }
}

extension StateValue {
    /// A value of a type that a checkpoint can hold.
    fileprivate init(reflecting value: Any) throws {
        switch value {
        case let value as Bool: self = .bool(value)
        case let value as Int: self = .int(value)
        case let value as Double: self = .double(value)
        case let value as String: self = .string(value)
        case let value as Tensor:
            guard value.isDefined else {
                self = .none
                return
            }
            self = .tensor(try value.detach())
        default:
            let mirror = Mirror(reflecting: value)
            switch mirror.displayStyle {
            case .optional:
                self = try mirror.children.first.map { try StateValue(reflecting: $0.value) } ?? .none
            case .collection where value is [Any]:
                self = .list(try mirror.children.map { try StateValue(reflecting: $0.value) })
            case .tuple where (2...6).contains(mirror.children.count):
                self = .tuple(try mirror.children.map { try StateValue(reflecting: $0.value) })
            case .dictionary:
                self = .dictionary(try StateDict(reflecting: value))
            default:
                throw StateDictError(
                    "a checkpoint cannot hold a \(type(of: value)): @Saved properties are Bool, Int, Double, String or "
                        + "Tensor, or optionals, arrays, tuples or dictionaries of these")
            }
        }
    }

    /// The value as Swift has it: a list as `[Any]`, a tuple as one of `Any`, which a cast turns into what is wanted.
    ///
    /// - Parameter device: where the tensors go.
    fileprivate func reflected(on device: Device) throws -> Any {
        switch self {
        case .none: return Any?.none as Any
        case .bool(let value): return value
        case .int(let value): return value
        case .double(let value): return value
        case .string(let value): return value
        // A copy, since the state's tensors may be those of another model.
        case .tensor(let value): return try value.detach().clone().to(device)
        case .list(let values): return try values.map { try $0.reflected(on: device) }
        case .tuple(let values):
            let parts = try values.map { try $0.reflected(on: device) }
            switch parts.count {
            case 2: return (parts[0], parts[1])
            case 3: return (parts[0], parts[1], parts[2])
            case 4: return (parts[0], parts[1], parts[2], parts[3])
            case 5: return (parts[0], parts[1], parts[2], parts[3], parts[4])
            case 6: return (parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])
            default: throw StateDictError("a tuple of \(parts.count) parts does not fit")
            }
        case .dictionary(let state): return try state.reflected(on: device)
        default: throw StateDictError("a \(typeName) does not fit")
        }
    }
}

extension StateDict {
    fileprivate init(reflecting dictionary: Any) throws {
        self.init()
        if let numbered = dictionary as? [Int: Any] {
            for (key, value) in numbered.sorted(by: { $0.key < $1.key }) {
                self[.int(key)] = try StateValue(reflecting: value)
            }
        } else if let named = dictionary as? [String: Any] {
            for (key, value) in named.sorted(by: { $0.key < $1.key }) {
                self[.string(key)] = try StateValue(reflecting: value)
            }
        } else {
            throw StateDictError(
                "the keys of a @Saved dictionary are String or Int, not those of \(type(of: dictionary))")
        }
    }

    fileprivate func reflected(on device: Device) throws -> Any {
        var (named, numbered): ([String: Any], [Int: Any]) = ([:], [:])
        for (key, value) in self {
            switch key {
            case .string(let name): named[name] = try value.reflected(on: device)
            case .int(let number): numbered[number] = try value.reflected(on: device)
            default: throw StateDictError("a key \(key) does not fit")
            }
        }
        return numbered.isEmpty ? named : numbered
    }
}
