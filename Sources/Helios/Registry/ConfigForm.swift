/// The form of a value in a configuration. Editors use it for completion, and it identifies parts that registries
/// create.
public indirect enum ConfigForm: Sendable {
    /// Any value.
    case any
    case boolean
    /// An integer.
    case integer
    case number
    case string
    /// One of several strings.
    case choice([String])
    case list(ConfigForm)
    /// A dictionary with arbitrary keys.
    case map(ConfigForm)
    /// The form, or `null`.
    case optional(ConfigForm)
    case either([ConfigForm])
    /// A name, or a dictionary with a name as `type` and its options.
    case made(by: any AnyRegistry)
    /// A dictionary with these keys and no others.
    case options([ConfigField])
}

/// A key of a dictionary with known keys.
public struct ConfigField: Sendable {
    public let name: String
    public let form: ConfigForm
    /// The default; `nil` if the key is required, or if no value represents the default.
    public let standard: ConfigValue?
    /// Whether a training that resumes may have another value: it says how to train, and not what.
    public let isChangeable: Bool

    /// Creates a key with the form of its value.
    public init(_ name: String, _ form: ConfigForm, standard: ConfigValue? = nil, isChangeable: Bool = false) {
        self.name = name
        self.form = form
        self.standard = standard
        self.isChangeable = isChangeable
    }
}

/// The options of an object that a registry creates.
public struct RegistrySignature: Sendable {
    /// An option.
    public struct Option: Sendable {
        /// The name, as PyTorch spells it.
        public let name: String
        public let form: ConfigForm
        /// The default in the form in which a configuration contains it; `nil` if the option is required.
        public let defaultText: String?
        /// Throws if a value is none for the option. Says nothing of parts, whose registries know.
        let check: @Sendable (ConfigValue, ConfigPlace) throws -> Void

        /// Throws an error if a value is invalid for the option. It does not check parts that registries create.
        ///
        /// - Throws: `ConfigurationError` with the place.
        public func validate(_ value: ConfigValue, at place: ConfigPlace) throws {
            try check(value, place)
        }
    }

    /// The options, in the order in which they are read.
    public let options: [Option]
    /// Whether the list is complete. The maker of a program may stop before it has read all options, because the
    /// options were determined with stand-ins.
    public let isComplete: Bool
}

/// A registry for any kind of object.
public protocol AnyRegistry: AnyObject, Sendable {
    /// The kind of the objects, for error messages: "optimizer".
    var kind: String { get }
    /// The names of all registered objects, in alphabetical order.
    var names: [String] { get }
    /// Returns the options of the object that is registered with a name; `nil` if the registry cannot determine them
    /// (see `Registry.init`).
    ///
    /// - Throws: `ConfigurationError` for a name that is not registered, which lists the nearest names.
    func signature(of name: String) throws -> RegistrySignature?
}
