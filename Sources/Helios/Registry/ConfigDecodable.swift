import Torch
import TorchNN

/// A type as which an option can be read. You can make your own types conform.
public protocol ConfigDecodable: SendableMetatype {
    /// Creates a value of this type from a value in a configuration.
    ///
    /// - Parameter place: the place of the value, for an error; throw the result of `place.mustBe`.
    init(_ value: ConfigValue, at place: ConfigPlace) throws

    /// The value in the form in which a configuration contains it, for the list of options and their defaults.
    var configText: String { get }

    /// The form of values of this type in a configuration, for the JSON Schema that editors use for completion. By
    /// default, any value is allowed.
    static var configForm: ConfigForm { get }
}

extension ConfigDecodable {
    public var configText: String { "\(self)" }
    public static var configForm: ConfigForm { .any }
}

extension ConfigValue: ConfigDecodable {
    public init(_ value: ConfigValue, at place: ConfigPlace) {
        self = value
    }

    /// The number that the value is, or that a string writes in digits: YAML 1.1 reads `1e-3` as a string.
    private var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .string(let text) where text.utf8.allSatisfy({ Self.numberCharacters.contains($0) }): Double(text)
        default: nil
        }
    }

    private static let numberCharacters = Set("0123456789+-.eE".utf8)

    fileprivate func double(at place: ConfigPlace) throws -> Double {
        guard let number else { throw place.mustBe("a number", not: self) }
        return number
    }

    fileprivate func int(at place: ConfigPlace) throws -> Int {
        if case .int(let value) = self { return value }
        guard let number, let value = Int(exactly: number) else { throw place.mustBe("a whole number", not: self) }
        return value
    }
}

extension Double: ConfigDecodable {
    /// An integer is accepted too.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self = try value.double(at: place)
    }

    public var configText: String { Int(exactly: self).map(String.init) ?? "\(self)" }

    public static var configForm: ConfigForm { .number }
}

extension Int: ConfigDecodable {
    /// A number without a fraction is accepted too.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self = try value.int(at: place)
    }

    public static var configForm: ConfigForm { .integer }
}

extension Bool: ConfigDecodable {
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .bool(let flag) = value else { throw place.mustBe("true or false", not: value) }
        self = flag
    }

    public static var configForm: ConfigForm { .boolean }
}

extension String: ConfigDecodable {
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .string(let text) = value else { throw place.mustBe("a string", not: value) }
        self = text
    }

    public static var configForm: ConfigForm { .string }
}

extension Optional: ConfigDecodable where Wrapped: ConfigDecodable {
    /// The value is `nil` for `null`.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self = value == .null ? nil : try Wrapped(value, at: place)
    }

    public var configText: String { map(\.configText) ?? "null" }

    public static var configForm: ConfigForm { .optional(Wrapped.configForm) }
}

extension Array: ConfigDecodable where Element: ConfigDecodable {
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .list(let elements) = value else { throw place.mustBe("a list", not: value) }
        self = try elements.enumerated().map { try Element($1, at: place[$0]) }
    }

    public var configText: String { "[\(map(\.configText).joined(separator: ", "))]" }

    public static var configForm: ConfigForm { .list(Element.configForm) }
}

/// A list of values, or one alone that stands for all: the sizes of a kernel, a rate for each group of parameters.
struct OneOrMore<Value: ConfigDecodable>: ConfigDecodable {
    /// The values; one if one stands alone.
    let values: [Value]
    let isList: Bool
    private let place: ConfigPlace?

    /// One that stands alone, for a default.
    init(_ value: Value) {
        (values, isList, place) = ([value], false, nil)
    }

    init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self.place = place
        if case .list = value {
            (values, isList) = (try [Value](value, at: place), true)
        } else {
            (values, isList) = ([try Value(value, at: place)], false)
        }
    }

    /// As many values as are needed.
    func values(count: Int) throws -> [Value] {
        if !isList { return Array(repeating: values[0], count: count) }
        guard values.count == count else {
            let sentence = "needs \(count) values, or one for all, and has \(values.count)"
            throw place?.error(sentence) ?? ConfigurationError(sentence)
        }
        return values
    }

    var configText: String { isList ? values.configText : values[0].configText }

    static var configForm: ConfigForm { .either([Value.configForm, .list(Value.configForm)]) }
}
