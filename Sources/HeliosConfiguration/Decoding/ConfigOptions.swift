import Helios

/// Options that a configuration sets: stored properties with defaults, whose names are the keys.
///
/// ```swift
/// struct Settings: ConfigOptions {
///     var width = 64
///     var dropout = 0.1
///     var optimizer: OptimizerEntry = ["type": "AdamW", "lr": 1e-3]
///     var loader = LoaderSettings(batchSize: 32)
///
///     func validate() throws {
///         guard width > 0 else { throw ConfigOptionError("width", "must be positive, not \(width)") }
///     }
/// }
/// ```
/// What a configuration does not have keeps its default. Properties may be numbers, texts, lists, dictionaries,
/// optionals, enumerations of strings (`CaseIterable`), entries of registries, other options, and any `Decodable`.
public protocol ConfigOptions: Codable, Sendable {
    /// The defaults.
    init()

    /// The properties that may have another value when a training resumes, since they say how to train and not what: the
    /// number of threads, for example. None by default.
    static var changeableOptions: Set<String> { get }

    /// Throws if values make no sense, alone or together. Nothing by default.
    ///
    /// A `ConfigOptionError` gets the place of its option.
    func validate() throws
}

extension ConfigOptions {
    public static var changeableOptions: Set<String> { [] }

    public func validate() throws {}
}

/// An option whose value makes no sense.
public struct ConfigOptionError: DescribedError, Equatable {
    /// The name of the property; that of one inside other options has dots: `trainer.epochs`.
    public let option: String
    /// What is wrong with it, as it follows the name: `must be positive, not 0`.
    public let reason: String

    /// The error of an option.
    public init(_ option: String, _ reason: String) {
        (self.option, self.reason) = (option, reason)
    }

    public var description: String { "'\(option)' \(reason)" }
}

extension ConfigLayers {
    /// The options that the layers say, on top of the defaults of a type.
    ///
    /// - Throws: `ConfigFault` with the place of a key that the options do not have, which names the nearest that they
    ///   have, of a value of another type, of an option of a registry's entry that is unknown, missing or of another
    ///   type, of a reference that leads nowhere, and of what `validate` finds.
    public func decode<Options: ConfigOptions>(_ type: Options.Type = Options.self) throws -> Options {
        try ConfigDecoder.decode(Options.self, from: node(of: Options.self), path: "")
    }

    /// The layers on top of the defaults of a type, with references resolved.
    func node<Options: ConfigOptions>(of type: Options.Type) throws -> ConfigNode {
        try resolved(above(ConfigEncoder.encode(Options()).value))
    }
}

extension ConfigOptions {
    /// The options as a configuration that has all of them.
    ///
    /// - Throws: what the encoding of a property throws.
    public func configuration() throws -> ConfigValue {
        try ConfigEncoder.encode(self).value
    }
}

/// A type that reads itself from a part of a configuration, with its place.
protocol ConfigNodeDecodable {
    init(_ node: ConfigNode, path: String) throws
}

/// A type that knows what it looks like in a configuration.
protocol ConfigFormed {
    static var configForm: ConfigForm { get }
    /// The value as a configuration has it.
    var configValue: ConfigValue { get }
}
