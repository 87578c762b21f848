/// What a value of a configuration looks like: what editors complete by, and what finds parts that registries make.
public indirect enum ConfigForm: Sendable {
    /// Anything.
    case any
    case boolean
    /// A whole number.
    case integer
    case number
    case string
    /// One of some strings.
    case choice([String])
    case list(ConfigForm)
    /// A dictionary whose keys are free.
    case map(ConfigForm)
    /// The form, or `null`.
    case optional(ConfigForm)
    case either([ConfigForm])
    /// A name, or a dictionary with a name as `type` and its options.
    case made(by: any AnyRegistry)
    /// A dictionary with these keys and no others.
    case options([ConfigField])
}

/// A key of a dictionary whose keys are known.
public struct ConfigField: Sendable {
    public let name: String
    public let form: ConfigForm
    /// What it is if it is not given; `nil` if it must be given, or if no value says it.
    public let standard: ConfigValue?

    /// A key with the form of its value.
    public init(_ name: String, _ form: ConfigForm, standard: ConfigValue? = nil) {
        self.name = name
        self.form = form
        self.standard = standard
    }
}

/// The options of what a registry makes under a name.
public struct RegistrySignature: Sendable {
    /// An option.
    public struct Option: Sendable {
        /// The name, as PyTorch spells it.
        public let name: String
        public let form: ConfigForm
        /// The default, as a configuration writes it; `nil` if the option must be given.
        public let defaultText: String?
        /// Throws if a value is none for the option. Says nothing of parts, whose registries know.
        let check: @Sendable (ConfigValue, ConfigPlace) throws -> Void

        /// Throws if a value is none for the option. Says nothing of parts that registries make.
        ///
        /// - Throws: `ConfigurationError`, with the place.
        public func validate(_ value: ConfigValue, at place: ConfigPlace) throws {
            try check(value, place)
        }
    }

    /// The options, in the order in which they are read.
    public let options: [Option]
    /// Whether these are all. A maker that a program registered may end before it has read all, since it found out the
    /// options from stand-ins.
    public let isComplete: Bool
}

/// A registry, whatever it makes.
public protocol AnyRegistry: AnyObject, Sendable {
    /// What is made, for messages: "optimizer".
    var kind: String { get }
    /// The names of all that can be made, in alphabetical order.
    var names: [String] { get }
    /// The options of what is made under a name; `nil` if the registry cannot know them (see `Registry.init`).
    ///
    /// - Throws: `ConfigurationError` for a name that is not registered, which lists the nearest ones.
    func signature(of name: String) throws -> RegistrySignature?
}
