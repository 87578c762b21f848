/// A setting of a run: a number, a text, or yes or no.
public enum HyperparameterValue: Sendable, Hashable, CustomStringConvertible {
    case number(Double)
    case text(String)
    case bool(Bool)

    public var description: String {
        switch self {
        // 64 rather than 64.0: most settings are counts.
        case .number(let value):
            value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
        case .text(let text): text
        case .bool(let value): String(value)
        }
    }
}

extension HyperparameterValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral
{
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension HyperparameterValue {
    /// The value as a checkpoint has it.
    package var stateValue: StateValue {
        switch self {
        case .number(let number): .double(number)
        case .text(let text): .string(text)
        case .bool(let flag): .bool(flag)
        }
    }

    /// The value in a checkpoint; `nil` if it is none of a hyperparameter.
    package init?(_ value: StateValue) {
        switch value {
        case .double(let number): self = .number(number)
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
}
