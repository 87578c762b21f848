import Torch
import TorchNN

/// What an option can be read as. A type of your own becomes one by conforming.
public protocol ConfigDecodable {
    /// The value as this type.
    ///
    /// - Parameter place: where the value stands, for an error: throw what `place.mustBe` gives.
    init(_ value: ConfigValue, at place: ConfigPlace) throws

    /// The value as a configuration writes it, for the list of options and their defaults.
    var configText: String { get }
}

extension ConfigDecodable {
    public var configText: String { "\(self)" }
}

/// A place in a configuration, for errors: `optimizer AdamW: 'betas[1]'`.
public struct ConfigPlace: Sendable {
    /// What is made there: `optimizer AdamW`.
    public let owner: String
    /// The option: `betas[1]`.
    public let option: String

    /// The place of an element of the list that stands here.
    public subscript(_ position: Int) -> ConfigPlace {
        ConfigPlace(owner: owner, option: "\(option)[\(position)]")
    }

    /// The place of a member of the dictionary that stands here.
    public subscript(_ name: String) -> ConfigPlace {
        ConfigPlace(owner: owner, option: "\(option).\(name.prefix(80))")
    }

    /// The error that something else stands here than `wanted`, as in "a number".
    public func mustBe(_ wanted: String, not value: ConfigValue) -> ConfigurationError {
        ConfigurationError("\(owner): '\(option)' must be \(wanted), not \(value.typeDescription)")
    }

    /// The error of this place that a sentence describes.
    func error(_ sentence: String) -> ConfigurationError {
        ConfigurationError("\(owner): '\(option)' \(sentence)")
    }
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
    /// A whole number serves too.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self = try value.double(at: place)
    }

    public var configText: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}

extension Int: ConfigDecodable {
    /// A number without a fraction serves too.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self = try value.int(at: place)
    }
}

extension Bool: ConfigDecodable {
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .bool(let flag) = value else { throw place.mustBe("true or false", not: value) }
        self = flag
    }
}

extension String: ConfigDecodable {
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .string(let text) = value else { throw place.mustBe("a string", not: value) }
        self = text
    }
}

extension Optional: ConfigDecodable where Wrapped: ConfigDecodable {
    /// Nil for `null`.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self = value == .null ? nil : try Wrapped(value, at: place)
    }

    public var configText: String { map(\.configText) ?? "null" }
}

extension Array: ConfigDecodable where Element: ConfigDecodable {
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .list(let elements) = value else { throw place.mustBe("a list", not: value) }
        self = try elements.enumerated().map { try Element($1, at: place[$0]) }
    }

    public var configText: String { "[\(map(\.configText).joined(separator: ", "))]" }
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
}
