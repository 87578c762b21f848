import Foundation
import Helios

/// Reads Swift values from a configuration, with places in errors; what nobody asks for is an error.
struct ConfigDecoder: Decoder {
    let node: ConfigNode
    /// From the root on: `trainer.validation`; empty for the root.
    let path: String
    let asked: AskedKeys
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The keys of a dictionary that were asked for.
    final class AskedKeys {
        private(set) var names: [String] = []
        private var seen: Set<String> = []
        /// Whether the keys are free, so that each was asked for as it is written.
        var areFree = false
        /// Where each key stands among the members, as it is written.
        private var places: [String: Int]?

        func note(_ name: String) {
            if seen.insert(name).inserted { names.append(name) }
        }

        /// The member with a key as it is written.
        func member(_ key: String, of members: [ConfigNode.Member]) -> ConfigNode.Member? {
            let known = places ?? Dictionary(members.enumerated().map { ($1.key, $0) }) { first, _ in first }
            places = known
            return known[key].map { members[$0] }
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from node: ConfigNode, path: String) throws -> Value {
        if let value = try simple(type, node, path) { return value }
        var node = node
        if let options = type as? any ConfigOptions.Type, node.members != nil {
            let defaults = try ConfigEncoder.encode(options.init()).value
            node = ConfigNode(defaults, at: .start(of: .defaults)).overlaid(with: node)
        }
        let decoder = ConfigDecoder(node: node, path: path, asked: AskedKeys())
        let value = try naming(node, path) { try Value(from: decoder) }
        try decoder.requireNoOthers()
        if let options = value as? any ConfigOptions { try validate(options, node, path) }
        return value
    }

    /// Says where an error is that does not know.
    static func naming<Result>(_ node: ConfigNode, _ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ConfigFault {
            throw error
        } catch let error as DecodingError {
            let context =
                switch error {
                case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                    .dataCorrupted(let context):
                    context
                @unknown default: DecodingError.Context(codingPath: [], debugDescription: "it cannot be read")
                }
            throw ConfigFault("\(name(path)): \(context.debugDescription)", at: node.position)
        } catch {
            throw ConfigFault("\(name(path)): \(error)", at: node.position)
        }
    }

    static func validate(_ options: any ConfigOptions, _ node: ConfigNode, _ path: String) throws {
        do {
            try options.validate()
        } catch let error as ConfigOptionError {
            var place = node
            for name in error.option.split(separator: ".") {
                guard let member = place.member(String(name)) else { break }
                place = member.node
            }
            throw ConfigFault("\(name(join(path, error.option))) \(error.reason)", at: place.position)
        } catch {
            throw ConfigFault("\(name(path)): \(error)", at: node.position)
        }
    }

    // MARK: Values that are no dictionaries of their own

    private static func simple<Value: Decodable>(
        _ type: Value.Type, _ node: ConfigNode, _ path: String
    ) throws -> Value? {
        if let type = type as? any ConfigNodeDecodable.Type {
            return try naming(node, path) { try type.init(node, path: path) } as? Value
        }
        switch type {
        case is Bool.Type:
            guard case .scalar(.bool(let flag)) = node.content else { throw mustBe("true or false", node, path) }
            return flag as? Value
        case is String.Type:
            guard let text = node.writtenText else { throw mustBe("a text", node, path) }
            return text as? Value
        case is Double.Type: return try number(node, path) as? Value
        case is Float.Type: return Float(try number(node, path)) as? Value
        case is URL.Type:
            guard let text = node.writtenText, !text.isEmpty else { throw mustBe("a path", node, path) }
            return (text.contains("://") ? URL(string: text) : URL(filePath: text)) as? Value
        case is Duration.Type:
            let seconds = try number(node, path)
            guard abs(seconds) < 1e15 else { throw mustBe("a number of seconds", node, path) }
            return Duration.seconds(seconds) as? Value
        default: break
        }
        if let type = type as? any FixedWidthInteger.Type { return try integer(type, node, path) as? Value }
        if let type = type as? any (CaseIterable & RawRepresentable).Type {
            return try choice(type, node, path) as? Value
        }
        return nil
    }

    private static func number(_ node: ConfigNode, _ path: String) throws -> Double {
        guard case .scalar(let value) = node.content,
            let number = try? Double(value, at: ConfigPlace(owner: "", option: ""))
        else { throw mustBe("a number", node, path) }
        return number
    }

    private static func integer<Number: FixedWidthInteger>(
        _ type: Number.Type, _ node: ConfigNode, _ path: String
    ) throws -> Number {
        // What is greater than an Int can hold, a configuration cannot say.
        let range = "a whole number from \(Number.min) to \(min(UInt64(clamping: Number.max), UInt64(Int.max)))"
        guard case .scalar(let value) = node.content,
            let number = try? Int(value, at: ConfigPlace(owner: "", option: ""))
        else {
            // One that is too large for an Int is a number with an exponent by now, which has lost digits.
            if case .scalar(.double(let number)) = node.content, number.rounded() == number {
                throw mustBe(range, node, path)
            }
            throw mustBe("a whole number", node, path)
        }
        guard let result = Number(exactly: number) else { throw mustBe(range, node, path) }
        return result
    }

    /// The case of an enumeration of strings; `nil` for other enumerations.
    private static func choice<Choice: CaseIterable & RawRepresentable>(
        _ type: Choice.Type, _ node: ConfigNode, _ path: String
    ) throws -> Choice? {
        let cases = Choice.allCases.map { $0 }
        let names = cases.compactMap { $0.rawValue as? String }
        guard names.count == cases.count else { return nil }
        if let text = node.text,
            let position = names.firstIndex(where: { OptionName.key($0) == OptionName.key(text) })
        {
            return cases[position]
        }
        let question = node.text.map { NearNames.question($0, among: names) } ?? ""
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        throw ConfigFault(
            "\(name(path)) must be one of \(list), not \(node.value.typeDescription)\(question)", at: node.position)
    }

    // MARK: Errors

    static func name(_ path: String) -> String {
        path.isEmpty ? "the configuration" : "'\(ConfigFault.shown(path, length: 200))'"
    }

    static func join(_ path: String, _ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    static func mustBe(_ wanted: String, _ node: ConfigNode, _ path: String) -> ConfigFault {
        ConfigFault("\(name(path)) must be \(wanted), not \(node.value.typeDescription)", at: node.position)
    }

    /// Throws for a key that was not asked for.
    private func requireNoOthers() throws {
        guard !asked.names.isEmpty, !asked.areFree, let members = node.members else { return }
        let known = Set(asked.names.map { OptionName.key($0) })
        for member in members where !known.contains(OptionName.key(member.key)) {
            throw ConfigFault(
                Self.unknown(member.key, path: path, among: asked.names), at: member.position)
        }
    }

    static func unknown(_ key: String, path: String, among names: [String]) -> String {
        let place = path.isEmpty ? "" : " in '\(ConfigFault.shown(path, length: 200))'"
        return "there is no option '\(ConfigFault.shown(key))'\(place)"
            + "\(NearNames.question(key, among: names)) (there are: \(names.joined(separator: ", ")))"
    }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard node.members != nil else { throw Self.mustBe("a dictionary", node, path) }
        return KeyedDecodingContainer(ConfigKeyedContainer<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let elements) = node.content else { throw Self.mustBe("a list", node, path) }
        return ConfigListContainer(elements: elements, path: path)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ConfigValueContainer(node: node, path: path)
    }
}
