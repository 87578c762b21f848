import Foundation

/// The results of a validation or a test, by name. Most of them are numbers, but any `Codable` value is possible.
///
/// ```swift
/// validationScores["accuracy"] = 0.9
/// try validationScores.set([[50, 2], [3, 45]], for: "confusion")
/// let best = validationScores["accuracy", default: 0]
/// let confusion = try validationScores.value("confusion", as: [[Int]].self)
/// ```
/// The subscripts see only the numbers. Checkpoints contain all values as plain dictionaries, lists, numbers, and
/// strings.
public struct Scores: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private var values: [String: ScoreValue] = [:]

    /// Creates an empty set of scores.
    public init() {}

    /// Creates scores from numbers.
    public init(_ numbers: [String: Double]) {
        values = numbers.mapValues { .number($0) }
    }

    public init(dictionaryLiteral elements: (String, Double)...) {
        for (name, number) in elements { values[name] = .number(number) }
    }

    // MARK: Numbers

    /// The number with this name; `nil` if there is no such score, or if it is not a number. Setting it to `nil`
    /// removes the score.
    public subscript(_ name: String) -> Double? {
        get { values[name]?.number }
        set { values[name] = newValue.map { .number($0) } }
    }

    /// The number with a name, or a default value if there is none.
    public subscript(_ name: String, default standard: @autoclosure () -> Double) -> Double {
        get { self[name] ?? standard() }
        set { self[name] = newValue }
    }

    /// All scores that are numbers.
    public var numbers: [String: Double] { values.compactMapValues(\.number) }

    // MARK: Values of any type

    /// Sets a score to any value that can be encoded. A number has the same effect as setting it with the subscript.
    ///
    /// - Throws: `EncodingError` from the value's `encode(to:)`.
    public mutating func set(_ value: some Encodable, for name: String) throws {
        values[name] = try ScoreValue(encoding: value)
    }

    /// Returns a score as a value of a type.
    ///
    /// - Returns: the value, or `nil` if there is no score with this name.
    /// - Throws: `DecodingError` if the score is not a value of this type.
    public func value<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        try values[name]?.decoded(as: type)
    }

    // MARK: All of them

    /// Whether there are no scores.
    public var isEmpty: Bool { values.isEmpty }
    /// The number of scores.
    public var count: Int { values.count }
    /// The names of all scores, in alphabetical order.
    public var names: [String] { values.keys.sorted() }

    /// Removes all scores.
    public mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
    }

    /// Removes a score of any type.
    public mutating func remove(_ name: String) {
        values[name] = nil
    }

    /// These scores with a name and a slash before each of their names.
    func prefixed(by name: String) -> Scores {
        var prefixed = Scores()
        for (key, value) in values { prefixed.values["\(name)/\(key)"] = value }
        return prefixed
    }

    /// Returns these scores merged with others. If both contain the same name, these scores take precedence.
    public func merging(_ others: Scores) -> Scores {
        var merged = self
        merged.values.merge(others.values) { own, _ in own }
        return merged
    }
}

extension Scores {
    /// As a checkpoint holds them, in the order of the names.
    func stateDict() -> StateDict {
        var state = StateDict()
        for name in names { state[.string(name)] = values[name]?.stateValue }
        return state
    }

    /// - Throws: `StateDictError` if something else than scores is there.
    init(_ state: StateDict) throws {
        for name in state.names { values[name] = try ScoreValue(state.value(.string(name))).asNumber }
    }
}
