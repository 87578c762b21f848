import Foundation

/// A score as plain data, which a checkpoint can hold.
indirect enum ScoreValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case number(Double)
    case string(String)
    case list([ScoreValue])
    case dictionary([String: ScoreValue])

    /// Its value if it is a number.
    var number: Double? {
        if case .number(let value) = self { value } else { nil }
    }

    /// A whole number alone as a number that plug-ins see, if it fits.
    var asNumber: ScoreValue {
        if case .int(let value) = self, let number = Double(exactly: value) { .number(number) } else { self }
    }

    // MARK: Any type

    /// Numbers that JSON lacks, as strings that no score contains. A string that JSON would escape is not recognized.
    private static let nonFinite = (positive: "__helios_inf__", negative: "__helios_-inf__", nan: "__helios_nan__")

    init(encoding value: some Encodable) throws {
        self = try Self.decoder().decode(ScoreValue.self, from: Self.encoder().encode(value))
        self = asNumber
    }

    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try Self.decoder().decode(type, from: Self.encoder().encode(self))
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: nonFinite.positive, negativeInfinity: nonFinite.negative, nan: nonFinite.nan)
        return encoder
    }

    private static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: nonFinite.positive, negativeInfinity: nonFinite.negative, nan: nonFinite.nan)
        return decoder
    }

    // MARK: Checkpoints

    var stateValue: StateValue {
        switch self {
        case .null: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .number(let value): return .double(value)
        case .string(let value): return .string(value)
        case .list(let values): return .list(values.map(\.stateValue))
        case .dictionary(let values):
            var state = StateDict()
            for (name, value) in values.sorted(by: { $0.key < $1.key }) { state[.string(name)] = value.stateValue }
            return .dictionary(state)
        }
    }

    init(_ state: StateValue) throws {
        switch state {
        case .none: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .list(let values), .tuple(let values): self = .list(try values.map { try ScoreValue($0) })
        case .dictionary(let state):
            self = .dictionary(
                try state.names.reduce(into: [:]) { $0[$1] = try ScoreValue(state.value(.string($1))) })
        default: throw StateDictError("a score cannot be a \(state.typeName)")
        }
    }
}

extension ScoreValue: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let values = try? container.decode([ScoreValue].self) {
            self = .list(values)
        } else {
            self = .dictionary(try container.decode([String: ScoreValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .dictionary(let values): try container.encode(values)
        }
    }
}
