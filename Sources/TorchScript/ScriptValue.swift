import CTorch
import Torch

/// What a `ScriptModule` takes and gives.
///
/// ```swift
/// let output = try module(.tensor(images), .dictionary([(.string("scale"), .real(2))]))
/// ```
public indirect enum ScriptValue {
    case none
    case tensor(Tensor)
    case integer(Int)
    case real(Double)
    case boolean(Bool)
    case string(String)
    /// Values of one type; an empty list is one of tensors.
    case list([ScriptValue])
    case tuple([ScriptValue])
    /// Pairs in their order: all keys of one type, and all values.
    case dictionary([(key: ScriptValue, value: ScriptValue)])
    /// A value that has no form in Swift, as an object of a scripted class; the text is its type.
    case other(String)

    /// The tensor, if it is one.
    public var tensor: Tensor? {
        if case .tensor(let tensor) = self { tensor } else { nil }
    }

    /// All tensors in it, in order: those in lists, tuples and dictionaries too.
    public var tensors: [Tensor] {
        switch self {
        case .tensor(let tensor): [tensor]
        case .list(let elements), .tuple(let elements): elements.flatMap(\.tensors)
        case .dictionary(let pairs): pairs.flatMap(\.value.tensors)
        default: []
        }
    }
}

/// Owns a value of libtorch's.
package final class ValueHandle {
    package let pointer: OpaquePointer

    package init(owning pointer: OpaquePointer?) throws {
        guard let pointer else { throw TorchError.lastOfAny() }
        self.pointer = pointer
    }

    deinit {
        ct_value_release(pointer)
    }
}

extension ScriptValue {
    package func handle() throws -> ValueHandle {
        switch self {
        case .none: try ValueHandle(owning: ct_value_none())
        case .tensor(let tensor):
            try withExtendedLifetime(tensor) { try ValueHandle(owning: ct_value_of_tensor($0.pointer)) }
        case .integer(let value): try ValueHandle(owning: ct_value_of_integer(Int64(value)))
        case .real(let value): try ValueHandle(owning: ct_value_of_real(value))
        case .boolean(let value): try ValueHandle(owning: ct_value_of_boolean(value))
        case .string(let value): try ValueHandle(owning: ct_value_of_string(value))
        case .list(let elements): try ScriptValue.collection(elements, ct_value_of_list)
        case .tuple(let elements): try ScriptValue.collection(elements, ct_value_of_tuple)
        case .dictionary(let pairs):
            try ScriptValue.collection(pairs.flatMap { [$0.key, $0.value] }) { ct_value_of_dictionary($0, $1 / 2) }
        case .other(let type):
            throw TorchError(
                kind: .type, operation: "ScriptModule", message: "a value of the type \(type) cannot be given")
        }
    }

    private static func collection(
        _ elements: [ScriptValue], _ make: (UnsafePointer<OpaquePointer>?, Int64) -> OpaquePointer?
    ) throws -> ValueHandle {
        let handles = try elements.map { try $0.handle() }
        return try withExtendedLifetime(handles) {
            try ValueHandle(owning: make($0.map(\.pointer), Int64($0.count)))
        }
    }

    /// Reads a value of libtorch's. One that lies in itself is an error, since it has no end.
    package init(_ handle: ValueHandle, depth: Int = 0) throws {
        guard depth < 64 else {
            throw TorchError(kind: .other, operation: "ScriptModule", message: "the value has more than 64 levels")
        }
        let pointer = handle.pointer
        func elements(_ element: (OpaquePointer, Int64) -> OpaquePointer?) throws -> [ScriptValue] {
            try (0..<ct_value_count(pointer)).map {
                try ScriptValue(ValueHandle(owning: element(pointer, $0)), depth: depth + 1)
            }
        }
        switch ct_value_kind(pointer) {
        case CTValueKindNone: self = .none
        case CTValueKindTensor: self = .tensor(try Tensor(owning: ct_value_tensor(pointer)))
        case CTValueKindInteger:
            var value: Int64 = 0
            guard ct_value_integer(pointer, &value) else { throw TorchError.last() }
            self = .integer(Int(value))
        case CTValueKindReal:
            var value = 0.0
            guard ct_value_real(pointer, &value) else { throw TorchError.last() }
            self = .real(value)
        case CTValueKindBoolean:
            var value = false
            guard ct_value_boolean(pointer, &value) else { throw TorchError.last() }
            self = .boolean(value)
        case CTValueKindString:
            guard let text = ct_value_string(pointer) else { throw TorchError.last() }
            self = .string(String(cString: text))
        case CTValueKindList: self = .list(try elements(ct_value_element))
        case CTValueKindTuple: self = .tuple(try elements(ct_value_element))
        case CTValueKindDictionary:
            let (keys, values) = (try elements(ct_value_key), try elements(ct_value_element))
            self = .dictionary(zip(keys, values).map { (key: $0, value: $1) })
        default: self = .other(String(cString: ct_value_type(pointer)))
        }
        withExtendedLifetime(handle) {}
    }
}
