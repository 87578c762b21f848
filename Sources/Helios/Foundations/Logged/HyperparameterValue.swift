import TorchSerialization

/// A setting of a run: a number, text, or a Boolean value.
public enum HyperparameterValue: Sendable, Hashable, CustomStringConvertible {
    case number(Double)
    /// An integer, with all its digits.
    case integer(Int)
    case text(String)
    case bool(Bool)

    /// Creates a value from an integer of any type. It becomes text if it does not fit into a signed 64-bit integer, as
    /// is the case for half of all seeds.
    public init(_ number: some BinaryInteger) {
        self = Int(exactly: number).map { .integer($0) } ?? .text("\(number)")
    }

    public var description: String {
        switch self {
        // 64 rather than 64.0: loggers that have only one type of number give counts back as such.
        case .number(let value):
            value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
        case .integer(let value): String(value)
        case .text(let text): text
        case .bool(let value): String(value)
        }
    }
}

extension HyperparameterValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral
{
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension HyperparameterValue {
    /// The value as a checkpoint has it.
    package var stateValue: StateValue {
        switch self {
        case .number(let number): .double(number)
        case .integer(let number): .int(number)
        case .text(let text): .string(text)
        case .bool(let flag): .bool(flag)
        }
    }

    /// The value in a checkpoint; `nil` if it is none of a hyperparameter.
    package init?(_ value: StateValue) {
        switch value {
        case .double(let number): self = .number(number)
        case .int(let number): self = .integer(number)
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .bool(flag)
        default: return nil
        }
    }

    /// Values by their names as a checkpoint has them, in the order of the names.
    package static func stateDict(of values: [String: HyperparameterValue]) -> StateDict {
        var state = StateDict()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) { state[.string(name)] = value.stateValue }
        return state
    }

    /// The values that `stateDict(of:)` gave. What is no setting is left out.
    package static func values(in state: StateDict) -> [String: HyperparameterValue] {
        var values: [String: HyperparameterValue] = [:]
        for (name, value) in state { values[name.description] = HyperparameterValue(value) }
        return values
    }

    /// The value in JSON.
    package var json: JSONValue {
        switch self {
        case .number(let number): .double(number)
        case .integer(let number): .int(number)
        case .text(let text): .string(text)
        case .bool(let flag): .bool(flag)
        }
    }

    /// Values by their names in JSON, in the order of the names.
    package static func json(of values: [String: HyperparameterValue]) -> JSONValue {
        .object(values.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) })
    }
}
