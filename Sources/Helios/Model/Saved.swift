/// A stored property of a model whose value is saved in checkpoints and restored, no matter what the property contains
/// when a checkpoint is restored.
///
/// ```swift
/// final class Recurrent: Model<TextBatch> {
///     @Saved var hidden: LSTM.State?          // nil until the first batch, and after a resume what it was
///     @Saved var bestScore = 0.0
/// }
/// ```
///
/// The value is a number (`Int`, `Double`), a `Bool`, a `String`, a tensor, or an optional, an array, a tuple of up to
/// six elements, or a dictionary (with `String` or `Int` keys) of such values. Any other type causes an error at the
/// first checkpoint. A tensor is saved by value and restored without a recorded gradient, on the device of the tensor
/// that the property contains after `setup`, or on the model's device if it contains none.
@propertyWrapper
public struct Saved<Value> {
    /// A reference type, so that a model can restore the value by reflection, which cannot assign to a property.
    private final class Box {
        var value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private let box: Box

    /// Creates a saved property with an initial value.
    public init(wrappedValue: Value) {
        box = Box(wrappedValue)
    }

    /// The value, which checkpoints contain.
    public var wrappedValue: Value {
        get { box.value }
        nonmutating set { box.value = newValue }
    }
}

/// A stored property of a model that is not saved in checkpoints. Training must not depend on its value.
///
/// ```swift
/// @Unsaved var lastOutput: Tensor?           // for a picture in the log
/// ```
/// Tensors in other properties are saved, or else the first checkpoint warns about them.
@propertyWrapper
public struct Unsaved<Value> {
    /// The value, which checkpoints do not contain.
    public var wrappedValue: Value

    /// Creates an unsaved property with an initial value.
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
