import Foundation
import Helios

// How a description is written in JSON, and read from it.

extension StateDescription {
    /// The key of an object, which says what its value is.
    private enum Kind: String {
        case float, complex, integer, bytes, dtype, device, size, tensor, tuple, set
        // The kinds of dictionaries, the second of which may have attributes.
        case dict, ordered, counter
        case attributes
    }

    var json: JSONValue {
        func object(_ kind: Kind, _ value: JSONValue) -> JSONValue { .object([.init(kind.rawValue, value)]) }
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
            let contents = JSONValue.Member(name.rawValue, array(entries))
            return .object(
                attributes.isEmpty ? [contents] : [contents, .init(Kind.attributes.rawValue, array(attributes))])
        }
    }

    /// Reads the text of a file's metadata.
    ///
    /// - Throws: `CommandError` if it is not what `convert` writes.
    init(json text: String) throws {
        do {
            self = try StateDescription(
                JSONReader.read(Array(text.utf8), greatestDepth: StateDescription.greatestDepth))
        } catch {
            throw CommandError("its metadata '\(StateDescription.metadataKey)' are not what convert writes")
        }
    }

    /// A file has at most 100 levels, each of which takes three in JSON: an object, its entries and an entry.
    private static let greatestDepth = 400

    fileprivate init(_ json: JSONValue) throws {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(try elements.map { try StateDescription($0) })
        case .object(let members): self = try StateDescription(members)
        case .double: throw CommandError("a number does not say what it is")
        }
    }

    /// - Parameter members: the kind with the value, and for a dictionary its attributes if it has any.
    private init(_ members: [JSONValue.Member]) throws {
        guard let member = members.first, let kind = Kind(rawValue: member.key),
            members.count == 1 || members.count == 2 && members[1].key == Kind.attributes.rawValue
        else { throw CommandError("an object does not say what it is") }
        let value = member.value
        func dictionary(_ kind: StateDict.Kind) throws -> StateDescription {
            .dictionary(kind, try value.entries, attributes: members.count == 2 ? try members[1].value.entries : [])
        }
        switch kind {
        case .float: self = .double(try value.number)
        case .complex:
            let parts = try value.elements.map { try $0.number }
            guard parts.count == 2 else { throw CommandError("a complex number has two parts") }
            self = .complex(parts[0], parts[1])
        case .integer: self = .bigInteger(BigInteger(bytes: try value.integers.map { try $0.asByte }))
        case .bytes:
            guard let data = Data(base64Encoded: try value.asText) else { throw CommandError("bytes are not base64") }
            self = .bytes([UInt8](data))
        case .dtype: self = .dtype(try DType(named: value.asText))
        case .device: self = .device(try value.asText)
        case .size: self = .size(try value.integers)
        case .tensor: self = .tensor(try value.asText)
        case .tuple: self = .tuple(try value.elements.map { try StateDescription($0) })
        case .set: self = .set(try value.elements.map { try StateDescription($0) })
        case .dict: self = try dictionary(.plain)
        case .ordered: self = try dictionary(.ordered)
        case .counter: self = try dictionary(.counter)
        case .attributes: throw CommandError("an object does not say what it is")
        }
    }
}

// What a member of a kind must hold.
extension JSONValue {
    fileprivate var elements: [JSONValue] {
        get throws {
            guard case .array(let elements) = self else { throw CommandError("it is not a list") }
            return elements
        }
    }

    fileprivate var integers: [Int] {
        get throws {
            try elements.map { element in
                guard case .int(let value) = element else { throw CommandError("it is not an integer") }
                return value
            }
        }
    }

    fileprivate var asText: String {
        get throws {
            guard case .string(let text) = self else { throw CommandError("it is not a text") }
            return text
        }
    }

    /// A number of double precision, or the word for one that JSON lacks.
    fileprivate var number: Double {
        get throws {
            switch self {
            case .int(let value): return Double(value)
            case .double(let value): return value
            case .string(let text):
                guard let value = Double(text) else { throw CommandError("it is not a number") }
                return value
            default: throw CommandError("it is not a number")
            }
        }
    }

    fileprivate var entries: [StateDescription.Entry] {
        get throws {
            try elements.map { element in
                let pair = try element.elements
                guard pair.count == 2 else { throw CommandError("an entry is a key and a value") }
                return try StateDescription.Entry(key: StateDescription(pair[0]), value: StateDescription(pair[1]))
            }
        }
    }
}

extension Int {
    fileprivate var asByte: UInt8 {
        get throws {
            guard let byte = UInt8(exactly: self) else { throw CommandError("it is not a byte") }
            return byte
        }
    }
}

extension DType {
    /// Creates the type with a name in PyTorch, as in `float32`.
    fileprivate init(named name: String) throws {
        // The types are asked for their names, so that there is no second list of them.
        let all = (Int32(0)..<64).map { DType(rawValue: $0) }
        guard let type = all.first(where: { $0.byteCount != nil && $0.description == name }) else {
            throw CommandError("there is no type '\(VisibleText.of(name))'")
        }
        self = type
    }
}
