import Foundation
import Helios

// How a description is written in JSON, and read from it.

extension StateDescription {
    /// What the key of an object says of its value.
    private enum Kind: String, CodingKey, CaseIterable {
        case float, complex, integer, bytes, dtype, device, size, tensor, tuple, set
        // Kinds of dictionaries, the second of which may have attributes.
        case dict, ordered, counter
        case attributes
    }

    var json: JSONValue {
        func object(_ kind: Kind, _ value: JSONValue) -> JSONValue { .object([(kind.rawValue, value)]) }
        switch self {
        case .none: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .string(let value): return .string(value)
        case .list(let elements): return .array(elements.map(\.json))
        case .double(let value): return object(.float, .double(value))
        case .complex(let real, let imaginary): return object(.complex, .array([.double(real), .double(imaginary)]))
        // In two's complement, the lowest byte first.
        case .bigInteger(let value): return object(.integer, .array(value.bytes.map { .int(Int($0)) }))
        case .bytes(let value): return object(.bytes, .string(Data(value).base64EncodedString()))
        case .dtype(let value): return object(.dtype, .string("\(value)"))
        case .device(let value): return object(.device, .string(value))
        case .size(let value): return object(.size, .array(value.map { .int($0) }))
        case .tensor(let name): return object(.tensor, .string(name))
        case .tuple(let elements): return object(.tuple, .array(elements.map(\.json)))
        case .set(let elements): return object(.set, .array(elements.map(\.json)))
        case .dictionary(let kind, let entries, let attributes):
            let name: Kind =
                switch kind {
                case .plain: .dict
                case .ordered: .ordered
                case .counter: .counter
                }
            func array(_ entries: [Entry]) -> JSONValue {
                .array(entries.map { .array([$0.key.json, $0.value.json]) })
            }
            let contents = (key: name.rawValue, value: array(entries))
            return .object(attributes.isEmpty ? [contents] : [contents, (Kind.attributes.rawValue, array(attributes))])
        }
    }

    /// Reads the text of a file's metadata.
    ///
    /// - Throws: `CommandError` for what `convert` does not write.
    init(json text: String) throws {
        do {
            self = try JSONDecoder().decode(StateDescription.self, from: Data(text.utf8))
        } catch {
            throw CommandError("its metadata '\(StateDescription.metadataKey)' are not what convert writes")
        }
    }
}

extension StateDescription: Decodable {
    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Kind.self) {
            self = try StateDescription(container)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [StateDescription] = []
            while !container.isAtEnd { elements.append(try container.decode(StateDescription.self)) }
            self = .list(elements)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .none
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int.self) {
                self = .int(value)
            } else {
                self = .string(try container.decode(String.self))
            }
        }
    }

    private init(_ container: KeyedDecodingContainer<Kind>) throws {
        guard let kind = container.allKeys.first(where: { $0 != .attributes }),
            container.allKeys.count == (container.contains(.attributes) ? 2 : 1)
        else { throw CommandError("an object does not say what it is") }
        func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try container.decode(type, forKey: kind)
        }
        func dictionary(_ kind: StateDict.Kind) throws -> StateDescription {
            .dictionary(
                kind, try decode(),
                attributes: try container.decodeIfPresent([Entry].self, forKey: .attributes) ?? [])
        }
        switch kind {
        case .float: self = .double(try decode(Number.self).value)
        case .complex:
            let parts = try decode([Number].self)
            guard parts.count == 2 else { throw CommandError("a complex number has two parts") }
            self = .complex(parts[0].value, parts[1].value)
        case .integer: self = .bigInteger(BigInteger(bytes: try decode([UInt8].self)))
        case .bytes: self = .bytes([UInt8](try decode(Data.self)))
        case .dtype: self = .dtype(try DType(named: decode()))
        case .device: self = .device(try decode())
        case .size: self = .size(try decode())
        case .tensor: self = .tensor(try decode())
        case .tuple: self = .tuple(try decode())
        case .set: self = .set(try decode())
        case .dict: self = try dictionary(.plain)
        case .ordered: self = try dictionary(.ordered)
        case .counter: self = try dictionary(.counter)
        case .attributes: throw CommandError("an object does not say what it is")
        }
    }
}

extension StateDescription.Entry: Decodable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        key = try container.decode(StateDescription.self)
        value = try container.decode(StateDescription.self)
    }
}

/// A number of double precision, or the word for one that JSON lacks.
private struct Number: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            value = number
            return
        }
        guard let number = Double(try container.decode(String.self)) else { throw CommandError("it is no number") }
        value = number
    }
}

extension DType {
    /// The type that has a name in PyTorch, as in `float32`.
    fileprivate init(named name: String) throws {
        // Asked from the names, so that there is no second list of them.
        let all = (Int32(0)..<64).map { DType(rawValue: $0) }
        guard let type = all.first(where: { $0.byteCount != nil && $0.description == name }) else {
            throw CommandError("there is no type '\(VisibleText.of(name))'")
        }
        self = type
    }
}
