import OrderedCollections

/// The options of one object that a registry creates. They are read by name, with PyTorch's spelling.
///
/// ```swift
/// try Registries.networks.register("Classifier") { options in
///     try Classifier(
///         classes: options.int("num_classes"), width: options.int("width", 64),
///         dropout: options.double("dropout", 0.1))
/// }
/// ```
/// An option without a default is required. The Swift spelling of a name (`numClasses`) refers to the same option. An
/// option that is given but never read causes an error, which lists the names that were read.
///
/// If the value has the wrong type, reading it throws a `ConfigurationError` with its place: `network Classifier:
/// 'width' must be a whole number, not the string "wide"`.
public final class OptionReader {
    /// An option that was read.
    struct Read {
        let name: String
        /// As a configuration writes it; `nil` if the option must be given.
        let defaultText: String?
    }

    /// The object that is created, for error messages: `optimizer AdamW`.
    public let owner: String
    /// What finds out the signature of a maker, which gets stand-ins for the options then; `nil` if something is made.
    let recording: SignatureRecording?
    /// How many things that are being made this one is a part of.
    let depth: Int
    /// The values with their names as they are spelt, by what is the same for all spellings.
    private let given: OrderedDictionary<String, (name: String, value: ConfigValue)>
    private var reads: OrderedDictionary<String, Read> = [:]

    /// More than anybody writes, and less than a thread's stack bears.
    private static let greatestDepth = 32

    /// - Parameter ignored: a name that is no option.
    init(_ options: ConfigValue, of owner: String, depth: Int = 0, ignored: String? = nil) throws {
        guard depth < Self.greatestDepth else {
            throw ConfigurationError("\(owner.prefix(200))…: parts of parts, more than \(Self.greatestDepth) deep")
        }
        var given: OrderedDictionary<String, (name: String, value: ConfigValue)> = [:]
        switch options {
        case .null: break
        case .dictionary(let members):
            for (name, value) in members where name != ignored {
                let key = OptionName.key(name)
                if let other = given[key] {
                    throw ConfigurationError("\(owner): '\(other.name)' and '\(name)' are one option: give it once")
                }
                given[key] = (name, value)
            }
        default:
            throw ConfigurationError("\(owner): options must be a dictionary, not \(options.typeDescription)")
        }
        (self.owner, self.depth, self.given, recording) = (owner, depth, given, nil)
    }

    /// A reader that gives stand-ins for all options, and writes down which are read.
    init(recording: SignatureRecording, of owner: String, depth: Int) {
        (self.owner, self.depth, given, self.recording) = (owner, depth, [:], recording)
    }

    /// All options that were read, in this order.
    var known: [Read] { Array(reads.values) }

    // MARK: Reading

    /// Returns a required option.
    public func value<Value: ConfigDecodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        recording?.note(name, OptionForm(Value.self))
        guard let (value, place) = look(name, defaultText: nil) else {
            if let recording { return try recording.standIn(for: name, as: Value.self) }
            throw missing(name)
        }
        return try Value(value, at: place)
    }

    /// Returns an option with a default.
    public func value<Value: ConfigDecodable>(_ name: String, default standard: Value) throws -> Value {
        recording?.note(name, OptionForm(Value.self))
        guard let (value, place) = look(name, defaultText: standard.configText) else {
            return recording?.small(standard) ?? standard
        }
        return try Value(value, at: place)
    }

    /// Returns a required integer.
    public func int(_ name: String) throws -> Int { try value(name) }

    /// Returns an integer.
    public func int(_ name: String, _ standard: Int) throws -> Int { try value(name, default: standard) }

    /// Returns a required number.
    public func double(_ name: String) throws -> Double { try value(name) }

    /// Returns a number.
    public func double(_ name: String, _ standard: Double) throws -> Double { try value(name, default: standard) }

    /// Returns a required Boolean value.
    public func bool(_ name: String) throws -> Bool { try value(name) }

    /// Returns a Boolean value.
    public func bool(_ name: String, _ standard: Bool) throws -> Bool { try value(name, default: standard) }

    /// Returns a required string.
    public func string(_ name: String) throws -> String { try value(name) }

    /// Returns a string.
    public func string(_ name: String, _ standard: String) throws -> String { try value(name, default: standard) }

    /// Returns a value that may be `null`, which is also the default.
    public func optional<Value: ConfigDecodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        try value(name, default: Value?.none)
    }

    /// Returns two numbers.
    public func pair(_ name: String, _ standard: (Double, Double)) throws -> (Double, Double) {
        let standards = [standard.0, standard.1]
        recording?.note(name, OptionForm(form: .list(.number)) { _ = try Self.pair($0, $1) })
        guard let (value, place) = look(name, defaultText: standards.configText) else { return standard }
        return try Self.pair(value, place)
    }

    private static func pair(_ value: ConfigValue, _ place: ConfigPlace) throws -> (Double, Double) {
        guard case .list(let elements) = value, elements.count == 2 else {
            throw place.mustBe("a list of two numbers", not: value)
        }
        return (try Double(elements[0], at: place[0]), try Double(elements[1], at: place[1]))
    }

    /// Returns a case of an enumeration, by its raw value if that is a string, and otherwise by its name.
    public func choice<Choice: CaseIterable>(_ name: String, _ standard: Choice) throws -> Choice {
        recording?.note(name, OptionForm(choice: Choice.self))
        guard let (value, place) = look(name, defaultText: Self.name(of: standard)) else { return standard }
        return try Self.choice(value, place)
    }

    /// Returns a required case of an enumeration.
    public func choice<Choice: CaseIterable>(_ name: String, as type: Choice.Type = Choice.self) throws -> Choice {
        recording?.note(name, OptionForm(choice: Choice.self))
        guard let (value, place) = look(name, defaultText: nil) else {
            if recording != nil, let first = Choice.allCases.first { return first }
            throw missing(name)
        }
        return try Self.choice(value, place)
    }

    /// Returns a case of an enumeration; `nil` for `null` and by default.
    public func optionalChoice<Choice: CaseIterable>(_ name: String, as type: Choice.Type = Choice.self) throws
        -> Choice?
    {
        recording?.note(name, OptionForm(choice: Choice.self, isOptional: true))
        guard let (value, place) = look(name, defaultText: "null"), value != .null else { return nil }
        return try Self.choice(value, place)
    }

    private static func choice<Choice: CaseIterable>(_ value: ConfigValue, _ place: ConfigPlace) throws -> Choice {
        let cases = Array(Choice.allCases)
        return cases[try choice(value, place, among: cases.map { name(of: $0) })]
    }

    /// The position of the name that a value is.
    static func choice(_ value: ConfigValue, _ place: ConfigPlace, among names: [String]) throws -> Int {
        if case .string(let text) = value,
            let position = names.firstIndex(where: { OptionName.key($0) == OptionName.key(text) })
        {
            return position
        }
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        throw place.mustBe(names.count == 1 ? list : "one of \(list)", not: value)
    }

    static func name(of choice: some CaseIterable) -> String {
        (choice as? any RawRepresentable)?.rawValue as? String ?? "\(choice)"
    }

    /// The value of an option with its place, or `nil` if it is not given; it is known from now on.
    func look(_ name: String, defaultText: String?) -> (value: ConfigValue, place: ConfigPlace)? {
        let key = OptionName.key(name)
        if reads[key] == nil { reads[key] = Read(name: name, defaultText: defaultText) }
        return given[key].map { ($0.value, ConfigPlace(owner: owner, option: $0.name)) }
    }

    // MARK: What is missing, and what is left over

    /// Throws an error if an option was given but has not been read.
    ///
    /// A registry calls this after the function that creates the object. If such a function has side effects, it calls
    /// this before them.
    ///
    /// - Parameter names: options that are read later.
    public func requireNoOthers(but names: String...) throws {
        for name in names { _ = look(name, defaultText: nil) }
        let names = known.map(\.name)
        for (key, (name, _)) in given where reads[key] == nil {
            let all = names.isEmpty ? "there are none" : "there are: \(names.joined(separator: ", "))"
            throw ConfigurationError(
                "\(owner): no option '\(name.prefix(80))'\(NearNames.question(name, among: names)) (\(all))")
        }
    }

    func missing(_ name: String) -> ConfigurationError {
        let others = given.filter { reads[$0.key] == nil }.map(\.value.name)
        let near = NearNames.nearest(to: name, among: others).first.map { "; is '\($0)' meant to be it?" } ?? ""
        return ConfigurationError("\(owner): the option '\(name)' is needed, and not given\(near)")
    }
}

/// The rule by which PyTorch's spelling of an option and Swift's are the same: `weight_decay` is `weightDecay`, `lr` is
/// `learningRate`, `T_max` is `tMax`.
///
/// Case and underscores do not count, and PyTorch's abbreviations are the words that they stand for.
package enum OptionName {
    /// What PyTorch abbreviates and Swift writes out.
    private static let words = [
        "lr": "learningrate", "lambd": "lambda", "iter": "iterations", "eval": "evaluations", "grad": "gradient",
        "init": "initial", "fn": "",
    ]

    /// The same for all spellings of an option.
    package static func key(_ name: String) -> String {
        // Most names are one word.
        if name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }) {
            return Self.words[name] ?? name
        }
        var words: [String] = []
        var word = ""
        var isAfterCapital = true
        for character in name {
            if character == "_" || (character.isUppercase && !isAfterCapital) {
                words.append(word)
                word = ""
            }
            if character != "_" { word += character.lowercased() }
            isAfterCapital = character.isUppercase || character == "_"
        }
        words.append(word)
        return words.map { Self.words[$0] ?? $0 }.joined()
    }
}
