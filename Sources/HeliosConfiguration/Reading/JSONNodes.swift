import Helios
import TorchSerialization

/// Reads a JSON document strictly, and keeps where each value stands.
///
/// The whole document has been checked before, so that this need not.
struct JSONNodes {
    private let bytes: [UInt8]
    private let source: ConfigSource
    private var index = 0
    private var line = 1
    /// How many characters of the line come before a byte of it, so that each is counted once.
    private var counted = (index: 0, characters: 0)

    /// - Throws: `ConfigFault` with the place of what is wrong.
    static func read(_ bytes: [UInt8], _ source: ConfigSource) throws -> ConfigNode {
        let value: JSONValue
        do {
            value = try JSONReader.parse(bytes, greatestDepth: ConfigLimits.depth)
        } catch {
            let before = bytes.prefix(error.position)
            let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            throw ConfigFault(
                "it is no JSON: \(error.what)",
                at: ConfigPosition(
                    source: source, line: before.count(where: { $0 == 0x0A }) + 1,
                    column: String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1))
        }
        var reader = JSONNodes(bytes: bytes, source: source)
        let node = reader.node(value)
        guard node.size <= ConfigLimits.nodes else {
            throw ConfigFault("there are more than \(ConfigLimits.nodes) values", at: .start(of: source))
        }
        return node
    }

    private init(bytes: [UInt8], source: ConfigSource) {
        (self.bytes, self.source) = (bytes, source)
    }

    private mutating func position() -> ConfigPosition {
        // All bytes but those that continue a character.
        counted.characters += bytes[counted.index..<index].count { $0 & 0xC0 != 0x80 }
        counted.index = index
        return ConfigPosition(source: source, line: line, column: counted.characters + 1)
    }

    /// Goes on to the next byte that begins something.
    private mutating func skip() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09, 0x2C, 0x3A].contains(bytes[index]) {
            if bytes[index] == 0x0A { (line, counted) = (line + 1, (index + 1, 0)) }
            index += 1
        }
    }

    /// Goes to the end of a string, a number or a word.
    private mutating func skipScalar() {
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
            index += 1
            while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            index = min(index + 1, bytes.count)
        } else {
            while index < bytes.count, !" \n\r\t,:]}".utf8.contains(bytes[index]) { index += 1 }
        }
    }

    private mutating func node(_ value: JSONValue) -> ConfigNode {
        skip()
        let start = position()
        switch value {
        case .object(let members):
            index += 1
            let nodes = members.map { member in
                skip()
                let position = position()
                skipScalar()
                return ConfigNode.Member(key: member.key, position: position, node: node(member.value))
            }
            skip()
            index += 1
            return ConfigNode(.dictionary(nodes), at: start)
        case .array(let elements):
            index += 1
            let nodes = elements.map { node($0) }
            skip()
            index += 1
            return ConfigNode(.list(nodes), at: start)
        default:
            skipScalar()
            return ConfigNode(.scalar(Self.scalar(value)), at: start)
        }
    }

    private static func scalar(_ value: JSONValue) -> ConfigValue {
        switch value {
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        default: .null
        }
    }
}
