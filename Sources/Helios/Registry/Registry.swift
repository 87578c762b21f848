import OrderedCollections
import Synchronization

/// Makes things of one kind by name, with options from a configuration.
///
/// ```swift
/// let optimizer = try Registries.optimizers.make("AdamW", network.parameters(), ["lr": 1e-3])
/// try Registries.losses.register("DiceLoss") { options in DiceLoss(smooth: options.double("smooth", 1)) }
/// ```
/// `Subject` is what a maker gets beside the options: the parameters for an optimizer, nothing (`Void`) for a loss. A
/// registry may be used from several threads.
public final class Registry<Subject, Product>: Sendable {
    /// Makes one thing. What it does not read of the options is an error.
    public typealias Maker = @Sendable (_ options: OptionReader, _ subject: Subject) throws -> Product

    /// What is made, for messages: "optimizer".
    public let kind: String
    private let makers: Mutex<[String: Maker]>
    /// The signatures that were found out.
    let signatures = Mutex<[String: RegistrySignature]>([:])
    /// The names of what the framework has, whose makers read all options before they make anything.
    let own = Mutex<Set<String>>([])
    /// Something that products can be made for, to find out their signatures.
    let standInSubject: (@Sendable () throws -> Subject)?
    /// A product for what has one as a part, if the registry may have none.
    let standInProduct: (@Sendable () -> Product)?

    /// An empty registry.
    ///
    /// - Parameter standIn: makes something that any product can be made for. With it the options of makers are known
    ///   before anything is made, so that a configuration can be checked; for `Void` it need not be given.
    public convenience init(_ kind: String, standIn: (@Sendable () throws -> Subject)? = nil) {
        self.init(kind, standIn: standIn, product: nil)
    }

    init(
        _ kind: String, standIn: (@Sendable () throws -> Subject)? = nil, product: (@Sendable () -> Product)? = nil
    ) {
        self.kind = kind
        makers = Mutex([:])
        standInProduct = product
        standInSubject = standIn
    }

    /// A registry with what the framework has, each of which adds itself.
    convenience init(
        _ kind: String, standIn: (@Sendable () throws -> Subject)? = nil, fill: (Registry) -> Void
    ) {
        self.init(kind, standIn: standIn, product: nil)
        fill(self)
    }

    // MARK: Names

    /// The names of all that can be made, in alphabetical order.
    public var names: [String] { makers.withLock { $0.keys.sorted() } }

    /// Whether something is registered under a name.
    public func contains(_ name: String) -> Bool { makers.withLock { $0[name] != nil } }

    /// Registers a maker under a name.
    ///
    /// - Parameter replacing: whether one that has the name gives way.
    /// - Throws: `ConfigurationError` if the name is empty, or taken and nothing is to be replaced.
    public func register(_ name: String, replacing: Bool = false, _ make: @escaping Maker) throws {
        guard !name.isEmpty else { throw ConfigurationError("a \(kind) cannot be registered without a name") }
        try makers.withLock { makers in
            guard replacing || makers[name] == nil else {
                throw ConfigurationError(
                    "there is a \(kind) '\(name)' already: take another name, or register it with replacing: true")
            }
            makers[name] = make
        }
        own.withLock { _ = $0.remove(name) }
        signatures.withLock { $0[name] = nil }
    }

    /// Registers what the framework has, whose names a test compares.
    func add(_ name: String, _ make: @escaping Maker) {
        makers.withLock { $0[name] = make }
        own.withLock { _ = $0.insert(name) }
    }

    // MARK: Making

    /// Makes what is registered under a name.
    ///
    /// - Parameters:
    ///   - subject: what it is made for.
    ///   - options: a dictionary, or `null` for none.
    /// - Throws: `ConfigurationError` for a name that is not registered, which lists the nearest ones, and for an
    ///   option that is missing, unknown or of another type; also what the maker throws.
    public func make(_ name: String, _ subject: Subject, _ options: ConfigValue = [:]) throws -> Product {
        try Self.product(maker(name), OptionReader(options, of: "\(kind) \(name)"), subject)
    }

    /// Makes what is registered under a name, which must be a `type`.
    ///
    /// - Throws: as `make` without a type, and `ConfigurationError` if the type is not the registered one.
    public func make<Made>(
        _ name: String, _ subject: Subject, _ options: ConfigValue = [:], as type: Made.Type
    ) throws -> Made {
        try cast(make(name, subject, options), name)
    }

    /// Makes what a configuration tells: a name, or a dictionary with the name as `type` and its options.
    ///
    /// - Throws: as `make` with a name.
    public func make(from configuration: ConfigValue, _ subject: Subject) throws -> Product {
        guard let name = Self.name(in: configuration) else {
            throw ConfigurationError("a \(kind) must be \(Self.wanted), not \(configuration.typeDescription)")
        }
        return try Self.product(maker(name), Self.reader(configuration, of: "\(kind) \(name)"), subject)
    }

    /// Makes what a configuration tells, which must be a `type`.
    ///
    /// - Throws: as `make` with a name and a type.
    public func make<Made>(from configuration: ConfigValue, _ subject: Subject, as type: Made.Type) throws -> Made {
        try cast(make(from: configuration, subject), Self.name(in: configuration) ?? "")
    }

    private func cast<Made>(_ product: Product, _ name: String) throws -> Made {
        guard let made = product as? Made else {
            throw ConfigurationError("the \(kind) \(name) is no \(Made.self), which is wanted")
        }
        return made
    }

    /// Makes a part of something else that is being made.
    func make<Made>(
        _ configuration: ConfigValue, _ subject: Subject, as type: Made.Type, at place: ConfigPlace, depth: Int
    ) throws -> Made {
        guard let name = Self.name(in: configuration) else { throw place.mustBe(Self.wanted, not: configuration) }
        guard let maker = makers.withLock({ $0[name] }) else { throw place.error("cannot be made: \(unknown(name))") }
        let owner = "\(place.owner), \(place.option) \(name)"
        let product = try Self.product(maker, Self.reader(configuration, of: owner, depth: depth), subject)
        guard let made = product as? Made else {
            throw place.error("must be a \(type), which the \(kind) \(name) is not")
        }
        return made
    }

    /// Makes something of options that the caller looks at afterwards.
    static func product(_ maker: Maker, _ reader: OptionReader, _ subject: Subject) throws -> Product {
        let product = try maker(reader, subject)
        try reader.requireNoOthers()
        // The configuration is wrong, so the error comes here and not when the module is used first.
        try (product as? Module)?.validate()
        return product
    }

    func maker(_ name: String) throws -> Maker {
        guard let maker = makers.withLock({ $0[name] }) else { throw ConfigurationError(unknown(name)) }
        return maker
    }

    /// That a name is not registered, and which are near.
    package func unknown(_ name: String) -> String {
        let names = names
        let question = NearNames.question(name, among: names)
        let all = names.isEmpty ? "none is registered" : "there are: \(names.joined(separator: ", "))"
        // A list of a hundred names hides the three that are near.
        let list = question.isEmpty || names.count <= 30 ? " (\(all))" : ""
        return "there is no \(kind) '\(name.prefix(80))'\(question)\(list)"
    }

    // MARK: Names in configurations

    package static var wanted: String { "a name, or a dictionary with a name as 'type'" }

    private static func name(in configuration: ConfigValue) -> String? {
        switch configuration {
        case .string(let name): name
        case .dictionary: if case .string(let name) = configuration["type"] { name } else { nil }
        default: nil
        }
    }

    private static func reader(_ configuration: ConfigValue, of owner: String, depth: Int = 0) throws -> OptionReader {
        if case .string = configuration { return try OptionReader(.null, of: owner, depth: depth) }
        return try OptionReader(configuration, of: owner, depth: depth, ignored: "type")
    }
}

extension Registry where Subject == Void {
    /// Registers a maker that needs nothing but options.
    ///
    /// - Throws: as `register` with a maker of two arguments.
    public func register(
        _ name: String, replacing: Bool = false, _ make: @escaping @Sendable (_ options: OptionReader) throws -> Product
    ) throws {
        try register(name, replacing: replacing) { options, _ in try make(options) }
    }

    func add(_ name: String, _ make: @escaping @Sendable (_ options: OptionReader) throws -> Product) {
        add(name) { options, _ in try make(options) }
    }

    /// Makes what is registered under a name.
    ///
    /// - Throws: as `make` with a subject.
    public func make(_ name: String, _ options: ConfigValue = [:]) throws -> Product {
        try make(name, (), options)
    }

    /// Makes what is registered under a name, which must be a `type`.
    ///
    /// - Throws: as `make` with a subject.
    public func make<Made>(_ name: String, _ options: ConfigValue = [:], as type: Made.Type) throws -> Made {
        try make(name, (), options, as: type)
    }

    /// Makes what a configuration tells: a name, or a dictionary with the name as `type` and its options.
    ///
    /// - Throws: as `make` with a subject.
    public func make(from configuration: ConfigValue) throws -> Product {
        try make(from: configuration, ())
    }

    /// Makes what a configuration tells, which must be a `type`.
    ///
    /// - Throws: as `make` with a subject.
    public func make<Made>(from configuration: ConfigValue, as type: Made.Type) throws -> Made {
        try make(from: configuration, (), as: type)
    }
}
