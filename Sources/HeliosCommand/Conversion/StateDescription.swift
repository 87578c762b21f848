import Foundation
import Helios

/// A tree of state without the tensors' elements, as the metadata of a safetensors file carries it, in JSON.
///
/// Numbers without a fraction, texts, booleans, null and arrays are themselves. Everything else is an object with one
/// key: `{"float": 0.5}`, `{"tuple": [1, 2]}`, `{"dict": [["key", 1], [0, 2]]}`, `{"tensor": "name"}`.
indirect enum StateDescription: Equatable {
    struct Entry: Equatable {
        let key: StateDict.Key
        let value: StateDescription
    }

    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case tensor(String)
    case list([StateDescription])
    case tuple([StateDescription])
    case dictionary([Entry])

    /// The key among a file's metadata.
    static let metadataKey = "helios.tree"
}

// MARK: Writing

extension StateDescription {
    var json: JSONValue {
        switch self {
        case .none: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .object([("float", .double(value))])
        case .string(let value): .string(value)
        case .tensor(let name): .object([("tensor", .string(name))])
        case .list(let elements): .array(elements.map(\.json))
        case .tuple(let elements): .object([("tuple", .array(elements.map(\.json)))])
        case .dictionary(let entries):
            .object([("dict", .array(entries.map { .array([$0.key.json, $0.value.json]) }))])
        }
    }
}

// MARK: Reading

extension StateDescription {
    /// Reads the text of a file's metadata.
    init(json text: String) throws {
        do {
            self = try JSONDecoder().decode(StateDescription.self, from: Data(text.utf8))
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("its metadata '\(StateDescription.metadataKey)' are not what convert writes")
        }
    }
}

extension StateDescription: Decodable {
    private enum Kind: String, CodingKey, CaseIterable {
        case float, tensor, tuple, dict
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Kind.self) {
            self = try StateDescription(container)
        } else if var container = try? decoder.unkeyedContainer() {
            self = .list(try container.all(StateDescription.self))
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
        guard let kind = container.allKeys.first, container.allKeys.count == 1 else {
            throw CommandError("its metadata '\(StateDescription.metadataKey)' has an object of an unknown kind")
        }
        switch kind {
        case .float:
            if let number = try? container.decode(Double.self, forKey: .float) {
                self = .double(number)
            } else {
                let text = try container.decode(String.self, forKey: .float)
                guard let number = Double(text) else { throw CommandError("'\(VisibleText.of(text))' is no number") }
                self = .double(number)
            }
        case .tensor: self = .tensor(try container.decode(String.self, forKey: .tensor))
        case .tuple: self = .tuple(try container.decode([StateDescription].self, forKey: .tuple))
        case .dict: self = .dictionary(try container.decode([Entry].self, forKey: .dict))
        }
    }

    /// Puts the tensors back where they were.
    ///
    /// - Parameter tensors: by name; those that are used are taken out.
    func value(_ tensors: inout [String: Tensor]) throws -> StateValue {
        switch self {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .tensor(let name):
            guard let tensor = tensors.removeValue(forKey: name) else {
                throw CommandError("its metadata speak of a tensor '\(VisibleText.of(name))', which it does not have")
            }
            return .tensor(tensor)
        case .list(let elements): return .list(try elements.map { try $0.value(&tensors) })
        case .tuple(let elements): return .tuple(try elements.map { try $0.value(&tensors) })
        case .dictionary(let entries):
            var state = StateDict()
            for entry in entries {
                guard state[entry.key] == nil else {
                    throw CommandError("its metadata have the key '\(VisibleText.of(entry.key.description))' twice")
                }
                state[entry.key] = try entry.value.value(&tensors)
            }
            return .dictionary(state)
        }
    }
}

extension StateDescription.Entry: Decodable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        if let number = try? container.decode(Int.self) {
            key = .int(number)
        } else {
            key = .string(try container.decode(String.self))
        }
        value = try container.decode(StateDescription.self)
    }
}

extension UnkeyedDecodingContainer {
    fileprivate mutating func all<Element: Decodable>(_ type: Element.Type) throws -> [Element] {
        var elements: [Element] = []
        while !isAtEnd { elements.append(try decode(type)) }
        return elements
    }
}
