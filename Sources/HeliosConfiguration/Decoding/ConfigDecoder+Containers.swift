import Helios

/// The keys of a dictionary.
struct ConfigKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ConfigDecoder
    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        // Whoever asks for all takes the keys as they are written.
        decoder.asked.areFree = true
        return (decoder.node.members ?? []).compactMap { Key(stringValue: $0.key) }
    }

    private func member(_ key: Key) throws -> ConfigNode.Member? {
        let name = key.stringValue
        decoder.asked.note(name)
        if decoder.asked.areFree { return decoder.asked.member(name, of: decoder.node.members ?? []) }
        guard let found = decoder.node.member(name) else { return nil }
        let other = decoder.node.members?.first {
            $0.key != found.key && $0.optionKey == found.optionKey
                && $0.position.source.layer == found.position.source.layer
        }
        if let other {
            throw ConfigFault("'\(found.key)' and '\(other.key)' are one option: give it once", at: other.position)
        }
        return found
    }

    private func needed(_ key: Key) throws -> ConfigNode {
        guard let member = try member(key) else {
            throw ConfigFault(
                "\(ConfigDecoder.name(decoder.path)) needs the option '\(key.stringValue)', which is not given",
                at: decoder.node.position)
        }
        return member.node
    }

    private func path(_ key: Key) -> String { ConfigDecoder.join(decoder.path, key.stringValue) }

    func contains(_ key: Key) -> Bool { (try? member(key)) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try needed(key).isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try ConfigDecoder.decode(type, from: needed(key), path: path(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try inner(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try inner(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }

    func superDecoder(forKey key: Key) throws -> any Decoder { try inner(key) }

    private func inner(_ key: Key) throws -> ConfigDecoder {
        ConfigDecoder(node: try needed(key), path: path(key), asked: .init())
    }
}

/// The elements of a list.
struct ConfigListContainer: UnkeyedDecodingContainer {
    let elements: [ConfigNode]
    let path: String
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next() throws -> (node: ConfigNode, path: String) {
        guard !isAtEnd else {
            throw ConfigFault(
                "\(ConfigDecoder.name(path)) has \(elements.count) elements, and needs more",
                at: elements.last?.position)
        }
        defer { currentIndex += 1 }
        return (elements[currentIndex], "\(path)[\(currentIndex)]")
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (node, path) = try next()
        return try ConfigDecoder.decode(type, from: node, path: path)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try inner().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try inner().unkeyedContainer() }

    mutating func superDecoder() throws -> any Decoder { try inner() }

    private mutating func inner() throws -> ConfigDecoder {
        let (node, path) = try next()
        return ConfigDecoder(node: node, path: path, asked: .init())
    }
}

/// One value.
struct ConfigValueContainer: SingleValueDecodingContainer {
    let node: ConfigNode
    let path: String
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { node.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try ConfigDecoder.decode(type, from: node, path: path)
    }
}
