import Helios

/// A registry whose products a configuration names.
public protocol ConfigEntryKind: Sendable {
    associatedtype Subject
    associatedtype Product
    /// What makes them.
    static var registry: Registry<Subject, Product> { get }
    /// Whether reading a configuration makes them once, to find values out of their ranges: what costs nothing and touches
    /// nothing. Only those that the framework has; `false` by default.
    static var isTriedWhenRead: Bool { get }
}

extension ConfigEntryKind {
    public static var isTriedWhenRead: Bool { false }
}

/// Something that a configuration says and a registry makes: its name, or its name as `type` with options.
///
/// ```swift
/// var optimizer: OptimizerEntry = ["type": "AdamW", "lr": 1e-3]
/// …
/// let optimizer = try settings.optimizer.make(network.parameters())
/// ```
/// Name and options are checked when the configuration is read, with line and column in errors.
public struct ConfigEntry<Kind: ConfigEntryKind>: Sendable {
    /// The name, or a dictionary with the name as `type`. Options from a file have PyTorch's names.
    public let value: ConfigValue
    /// Where it was read; `nil` if the program says it.
    public let position: ConfigPosition?

    /// What a value says, which `make` checks.
    public init(_ value: ConfigValue) {
        (self.value, position) = (value, nil)
    }

    /// The registered name of the product; empty if it has no name.
    public var type: String {
        switch value {
        case .string(let name): name
        default: if case .string(let name)? = value["type"] { name } else { "" }
        }
    }

    /// Makes it.
    ///
    /// - Parameter subject: what it is made for.
    /// - Throws: as `Registry.make`, with the place where it was read.
    public func make(_ subject: Kind.Subject) throws -> Kind.Product {
        try naming { try Kind.registry.make(from: value, subject) }
    }

    /// Makes it; it must be a `type`.
    ///
    /// - Throws: as `make` without a type.
    public func make<Made>(_ subject: Kind.Subject, as type: Made.Type) throws -> Made {
        try naming { try Kind.registry.make(from: value, subject, as: type) }
    }

    private func naming<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            guard let position else { throw error }
            throw ConfigFault("\(error)", at: position)
        }
    }
}

extension ConfigEntry where Kind.Subject == Void {
    /// Makes it.
    ///
    /// - Throws: as `Registry.make`, with the place where it was read.
    public func make() throws -> Kind.Product { try make(()) }

    /// Makes it; it must be a `type`.
    ///
    /// - Throws: as `make` without a type.
    public func make<Made>(as type: Made.Type) throws -> Made { try make((), as: type) }
}

extension ConfigEntry where Kind.Subject == [ParameterGroup] {
    /// Makes an optimizer of parameters in one group.
    ///
    /// - Throws: as `Registry.make`, with the place where it was read.
    public func make(_ parameters: [Tensor]) throws -> Kind.Product { try make([ParameterGroup(parameters)]) }
}

extension ConfigEntry: Hashable {
    public static func == (left: ConfigEntry, right: ConfigEntry) -> Bool { left.value == right.value }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(value)
    }
}

extension ConfigEntry: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral {
    public init(stringLiteral name: String) {
        self.init(.string(name))
    }

    public init(dictionaryLiteral elements: (String, ConfigValue)...) {
        self.init(.dictionary(.init(elements, uniquingKeysWith: { $1 })))
    }
}

extension ConfigEntry: ConfigNodeDecodable, ConfigFormed {
    init(_ node: ConfigNode, path: String) throws {
        value = try EntryCheck.checked(node, Kind.registry, path: path)
        if Kind.isTriedWhenRead { try Self.trial(of: value, node) }
        // What the program says itself has no place that helps.
        position = node.position.source.layer == 0 ? nil : node.position
    }

    private static func trial(of value: ConfigValue, _ node: ConfigNode) throws {
        do {
            try Kind.registry.tryMaking(from: value)
        } catch {
            // The option that the error is about, if it names one.
            let message = "\(error)"
            let words = Set(message.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
            let option = node.members?.first { $0.key != "type" && words.contains($0.key) }
            throw ConfigFault(message, at: option?.node.position ?? node.position)
        }
    }

    static var configForm: ConfigForm { .made(by: Kind.registry) }
    var configValue: ConfigValue { value }
}

extension ConfigEntry: Codable {
    /// Reads what `encode` writes, with any decoder.
    public init(from decoder: any Decoder) throws {
        self.init(try ConfigValue(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}
