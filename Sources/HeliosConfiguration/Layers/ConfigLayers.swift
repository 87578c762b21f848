import Foundation
import Helios

/// A configuration in the making: values that lie on top of each other, the last one on top.
///
/// ```swift
/// var layers = ConfigLayers()
/// try layers.add(file: URL(filePath: "digits.yaml"))
/// try layers.add(ConfigOverride("optimizer.learningRate=3e-4"))
/// let settings = try layers.decode(Settings.self)
/// ```
/// A dictionary on top of a dictionary adds to it and replaces single keys; anything else replaces what is below. If
/// both have a `type`, and not the same one, the upper replaces the lower: the options of an `AdamW` are none of an
/// `SGD`.
public struct ConfigLayers: Sendable {
    private(set) var root: ConfigNode
    private var count = 0
    /// What `${env:…}` reads.
    private let environment: [String: String]

    /// No values.
    ///
    /// - Parameter environment: the variables that `${env:NAME}` stands for; those of the process by default.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        root = ConfigNode(.dictionary([]), at: .start(of: .defaults))
        self.environment = environment
    }

    /// Adds a file: JSON if its name ends with `.json`, else YAML.
    ///
    /// - Throws: `ConfigFault`, with line and column, if it cannot be read, is too large or no dictionary, and for keys
    ///   that are there twice.
    public mutating func add(file: URL) throws {
        try add(file: file.path)
    }

    /// Adds a file, which errors name as the path does.
    package mutating func add(file path: String) throws {
        count += 1
        root = root.overlaid(with: try ConfigFile.read(path, layer: count))
    }

    /// Adds a text of YAML.
    ///
    /// - Parameter name: what errors call it.
    /// - Throws: as with a file.
    public mutating func add(yaml text: String, name: String) throws {
        count += 1
        let source = ConfigSource(name: name, hasLines: true, layer: count)
        let node = try YAMLReader.read(Array(text.utf8), source)
        guard case .dictionary = node.content else {
            throw ConfigFault(
                "a configuration must be a dictionary, not \(node.value.typeDescription)", at: node.position)
        }
        root = root.overlaid(with: node)
    }

    /// Adds the value of one key.
    ///
    /// - Throws: `ConfigFault` if its value is no YAML, or if it stands for an element that a list does not have.
    public mutating func add(_ override: ConfigOverride) throws {
        count += 1
        root = try root.setting(override.path[...], to: override.node(layer: count))
    }

    /// The layers with the program's defaults below all others.
    func above(_ defaults: ConfigValue) -> ConfigNode {
        ConfigNode(defaults, at: .start(of: .defaults)).overlaid(with: root)
    }

    /// All values, with references resolved, and without any check of keys and types.
    ///
    /// - Throws: `ConfigFault` for a reference that leads nowhere or in a circle.
    public func values() throws -> ConfigValue {
        try resolved(root).value
    }

    func resolved(_ root: ConfigNode) throws -> ConfigNode {
        var interpolation = Interpolation(root: root, environment: environment)
        return try interpolation.resolve()
    }
}

extension ConfigNode {
    /// This value under another.
    func overlaid(with upper: ConfigNode) -> ConfigNode {
        guard let members, let uppers = upper.members else { return upper }
        if let own = typeName, let other = upper.typeName, own != other { return upper }
        var merged = members
        var places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) })
        for member in uppers {
            if let place = places[member.key] {
                let node = merged[place].node.overlaid(with: member.node)
                merged[place] = Member(key: member.key, position: member.position, node: node)
            } else {
                places[member.key] = merged.count
                merged.append(member)
            }
        }
        return ConfigNode(.dictionary(merged), at: upper.position)
    }

    /// This value with another for what a path leads to.
    func setting(_ path: ArraySlice<String>, to node: ConfigNode) throws -> ConfigNode {
        guard let name = path.first else { return overlaid(with: node) }
        let rest = path.dropFirst()
        switch content {
        case .list(var elements):
            guard let position = Int(name), elements.indices.contains(position) else {
                throw ConfigFault(
                    "'\(ConfigFault.shown(name))' is no element of the list, which has \(elements.count), counted from 0",
                    at: node.position)
            }
            elements[position] = try elements[position].setting(rest, to: node)
            return ConfigNode(.list(elements), at: self.position)
        case .dictionary(var members):
            if let place = members.firstIndex(where: { $0.key == name }) {
                let inner = try members[place].node.setting(rest, to: node)
                // The dictionary is where it was; the key that has a value is in the override.
                let position = rest.isEmpty ? node.position : members[place].position
                members[place] = Member(key: name, position: position, node: inner)
            } else {
                let empty = ConfigNode(.dictionary([]), at: node.position)
                let inner = try rest.isEmpty ? node : empty.setting(rest, to: node)
                members.append(Member(key: name, position: node.position, node: inner))
            }
            return ConfigNode(.dictionary(members), at: position)
        case .scalar(.string):
            // A name alone is what a registry makes without options.
            let type = Member(key: "type", position: position, node: self)
            return try ConfigNode(.dictionary([type]), at: position).setting(path, to: node)
        case .scalar:
            return try ConfigNode(.dictionary([]), at: node.position).setting(path, to: node)
        }
    }
}
