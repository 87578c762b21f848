import Helios
import TorchSerialization

extension ConfigValue {
    /// The value as JSON, in lines.
    public var json: String {
        String(decoding: JSONWriter.write(jsonValue, layout: .indented), as: UTF8.self)
    }

    /// The value as YAML, in lines.
    public var yaml: String { ConfigText.yaml(self) }

    /// The value as a state, for a checkpoint; empty if it is no dictionary.
    public var stateDict: StateDict {
        if case .dictionary(let state) = stateValue { state } else { [:] }
    }

    /// The value with `$${` for each `${` in its texts: what a configuration says that has no references any more.
    public var escapingReferences: ConfigValue {
        switch self {
        case .string(let text): .string(text.replacing("${", with: "$${"))
        case .list(let elements): .list(elements.map(\.escapingReferences))
        case .dictionary(let members): .dictionary(members.mapValues(\.escapingReferences))
        default: self
        }
    }

    private var jsonValue: JSONValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .list(let elements): .array(elements.map(\.jsonValue))
        case .dictionary(let members): .object(members.map { .init($0.key, $0.value.jsonValue) })
        }
    }

    /// The value as a state, for a checkpoint.
    public var stateValue: StateValue {
        switch self {
        case .null: .none
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .list(let elements): .list(elements.map(\.stateValue))
        case .dictionary(let members):
            .dictionary(members.reduce(into: StateDict()) { $0[.string($1.key)] = $1.value.stateValue })
        }
    }
}
