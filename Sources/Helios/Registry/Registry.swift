import OrderedCollections
import Synchronization

/// Creates objects of one kind by name, with options from a configuration.
///
/// ```swift
/// let optimizer = try Registries.optimizers.make("AdamW", network.parameters(), ["lr": 1e-3])
/// try Registries.losses.register("DiceLoss") { options in DiceLoss(smooth: options.double("smooth", 1)) }
/// ```
/// `Subject` is what a maker receives in addition to the options: the parameters for an optimizer, or nothing (`Void`)
/// for a loss. A registry may be used on several threads.
public final class Registry<Subject, Product>: Sendable {
    /// A function that creates one object. An option that it does not read causes an error.
    public typealias Maker = @Sendable (_ options: OptionReader, _ subject: Subject) throws -> Product

    /// The kind of the objects, for error messages: "optimizer".
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

    /// Creates an empty registry.
    ///
    /// - Parameter standIn: creates a subject from which any product can be created. It makes it possible to determine
    ///   the options of makers before anything is created, so that a configuration can be checked. For `Void`, you can
    ///   omit it.
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

    /// The names of all registered objects, in alphabetical order.
    public var names: [String] { makers.withLock { $0.keys.sorted() } }

    /// Returns whether a name is registered.
    public func contains(_ name: String) -> Bool { makers.withLock { $0[name] != nil } }

    /// Registers a maker with a name.
    ///
    /// - Parameter replacing: whether to replace an existing maker with this name.
    /// - Throws: `ConfigurationError` if the name is empty, or if it is already taken and `replacing` is false.
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

    /// Creates the object that is registered with a name.
    ///
    /// - Parameters:
    ///   - subject: what the object is created from.
    ///   - options: a dictionary, or `null` for no options.
    /// - Throws: `ConfigurationError` for a name that is not registered, which lists the nearest names, and for an
    ///   option that is missing, unknown, or of the wrong type; any error from the maker.
    public func make(_ name: String, _ subject: Subject, _ options: ConfigValue = [:]) throws -> Product {
        try Self.product(maker(name), OptionReader(options, of: "\(kind) \(name)"), subject)
    }

    /// Creates the object that is registered with a name, which must be of a given type.
    ///
    /// - Throws: the same errors as `make` without a type, and `ConfigurationError` if the object has another type.
    public func make<Made>(
        _ name: String, _ subject: Subject, _ options: ConfigValue = [:], as type: Made.Type
    ) throws -> Made {
        try cast(make(name, subject, options), name)
    }

    /// Creates the object in a configuration, which is a name, or a dictionary with the name as `type` and the options.
    ///
    /// - Throws: the same errors as `make` with a name.
    public func make(from configuration: ConfigValue, _ subject: Subject) throws -> Product {
        guard let name = Self.name(in: configuration) else {
            throw ConfigurationError("a \(kind) must be \(Self.wanted), not \(configuration.typeDescription)")
        }
        return try Self.product(maker(name), Self.reader(configuration, of: "\(kind) \(name)"), subject)
    }

    /// Creates the object in a configuration, which must be of a given type.
    ///
    /// - Throws: the same errors as `make` with a name and a type.
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

    static func name(in configuration: ConfigValue) -> String? {
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
    /// Registers a maker that needs only options.
    ///
    /// - Throws: the same errors as `register` with a maker of two arguments.
    public func register(
        _ name: String, replacing: Bool = false, _ make: @escaping @Sendable (_ options: OptionReader) throws -> Product
    ) throws {
        try register(name, replacing: replacing) { options, _ in try make(options) }
    }

    func add(_ name: String, _ make: @escaping @Sendable (_ options: OptionReader) throws -> Product) {
        add(name) { options, _ in try make(options) }
    }

    /// Creates the object that is registered with a name.
    ///
    /// - Throws: the same errors as `make` with a subject.
    public func make(_ name: String, _ options: ConfigValue = [:]) throws -> Product {
        try make(name, (), options)
    }

    /// Creates the object that is registered with a name, which must be of a given type.
    ///
    /// - Throws: the same errors as `make` with a subject.
    public func make<Made>(_ name: String, _ options: ConfigValue = [:], as type: Made.Type) throws -> Made {
        try make(name, (), options, as: type)
    }

    /// Creates the object in a configuration, which is a name, or a dictionary with the name as `type` and the options.
    ///
    /// - Throws: the same errors as `make` with a subject.
    public func make(from configuration: ConfigValue) throws -> Product {
        try make(from: configuration, ())
    }

    /// Creates the object in a configuration, which must be of a given type.
    ///
    /// - Throws: the same errors as `make` with a subject.
    public func make<Made>(from configuration: ConfigValue, as type: Made.Type) throws -> Made {
        try make(from: configuration, (), as: type)
    }
}
