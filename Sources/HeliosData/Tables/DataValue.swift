import Torch
import TorchSerialization

/// A value in a record of data: what a cell of a table or a field of a JSON object holds.
public enum DataValue: Sendable, Equatable {
    case integer(Int)
    case real(Double)
    case string(String)
    case boolean(Bool)
    case null
    case array([DataValue])
    case object([String: DataValue])

    /// The number; `nil` if it is none.
    public var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }

    /// The text; `nil` if it is none.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The numbers of an array; `nil` if it is none, or has anything but numbers.
    public var numbers: [Double]? {
        guard case .array(let elements) = self else { return nil }
        let numbers = elements.compactMap(\.number)
        return numbers.count == elements.count ? numbers : nil
    }

    /// What it is, for an error: "a text".
    var kind: String {
        switch self {
        case .integer: "an integer"
        case .real: "a number"
        case .string: "a text"
        case .boolean: "a truth value"
        case .null: "nothing (null)"
        case .array: "an array"
        case .object: "an object"
        }
    }

    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .boolean(value)
        case .int(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map { DataValue($0) })
        case .object(let members):
            self = .object(
                Dictionary(members.map { ($0.key, DataValue($0.value)) }, uniquingKeysWith: { first, _ in first }))
        }
    }
}
