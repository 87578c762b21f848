import Foundation
import Helios

/// A tree of state without the tensors' elements, which the metadata of a safetensors file have in JSON.
///
/// Integers, strings, booleans, null and arrays (lists) stand for themselves. Everything else is an object whose key
/// says what it is: `{"float": 0.5}`, `{"tuple": [1, 2]}`, `{"dict": [["key", 1], [0, 2]]}`, `{"tensor": "name"}`.
indirect enum StateDescription: Equatable {
    struct Entry: Equatable {
        let key: StateDescription
        let value: StateDescription
    }

    case none
    case bool(Bool)
    case int(Int)
    case bigInteger(BigInteger)
    case double(Double)
    case complex(Double, Double)
    case string(String)
    case bytes([UInt8])
    case dtype(DType)
    case device(String)
    case size([Int])
    /// The name of a tensor among the file's.
    case tensor(String)
    case list([StateDescription])
    case tuple([StateDescription])
    case set([StateDescription])
    case dictionary(StateDict.Kind, [Entry], attributes: [Entry])

    /// The key in a file's metadata.
    static let metadataKey = "helios.tree"

    init(_ key: StateDict.Key) {
        switch key {
        case .string(let name): self = .string(name)
        case .int(let number): self = .int(number)
        case .none: self = .none
        case .bool(let value): self = .bool(value)
        case .double(let number): self = .double(number)
        case .bigInteger(let number): self = .bigInteger(number)
        case .bytes(let bytes): self = .bytes(bytes)
        case .dtype(let dtype): self = .dtype(dtype)
        case .tuple(let keys): self = .tuple(keys.map { StateDescription($0) })
        }
    }
}

// MARK: Back to values

extension StateDescription {
    /// Returns the value with the tensors where they were.
    ///
    /// - Parameter tensors: the tensors by name; those that are used are removed.
    func value(_ tensors: inout [String: Tensor]) throws -> StateValue {
        switch self {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .bigInteger(let value): return .bigInteger(value)
        case .double(let value): return .double(value)
        case .complex(let real, let imaginary): return .complex(real: real, imaginary: imaginary)
        case .string(let value): return .string(value)
        case .bytes(let value): return .bytes(value)
        case .dtype(let value): return .dtype(value)
        case .device(let value): return .device(value)
        case .size(let value): return .size(value)
        case .tensor(let name):
            guard let tensor = tensors.removeValue(forKey: name) else {
                throw CommandError("its metadata speak of a tensor '\(VisibleText.of(name))', which it does not have")
            }
            return .tensor(tensor)
        case .list(let elements): return .list(try elements.map { try $0.value(&tensors) })
        case .tuple(let elements): return .tuple(try elements.map { try $0.value(&tensors) })
        case .set(let elements): return .set(try elements.map { try $0.value(&tensors) })
        case .dictionary(let kind, let entries, let attributes):
            var state = try StateDescription.state(entries, &tensors)
            state.kind = kind
            state.attributes = try StateDescription.state(attributes, &tensors)
            return .dictionary(state)
        }
    }

    private static func state(_ entries: [Entry], _ tensors: inout [String: Tensor]) throws -> StateDict {
        var state = StateDict()
        for entry in entries {
            let key = try entry.key.asKey
            guard state[key] == nil else {
                throw CommandError("its metadata have the key '\(VisibleText.of(key.description))' twice")
            }
            state[key] = try entry.value.value(&tensors)
        }
        return state
    }

    private var asKey: StateDict.Key {
        get throws {
            switch self {
            case .string(let name): .string(name)
            case .int(let number): .int(number)
            case .none: .none
            case .bool(let value): .bool(value)
            case .double(let number): .double(number)
            case .bigInteger(let number): .bigInteger(number)
            case .bytes(let bytes): .bytes(bytes)
            case .dtype(let dtype): .dtype(dtype)
            case .tuple(let parts): .tuple(try parts.map { try $0.asKey })
            default: throw CommandError("its metadata have a key that no dictionary can have")
            }
        }
    }
}
