import Helios
import OrderedCollections
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
    var escapingReferences: ConfigValue {
        switch self {
        case .string(let text): .string(text.replacing("${", with: "$${"))
        case .list(let elements): .list(elements.map(\.escapingReferences))
        case .dictionary(let members): .dictionary(members.mapValues(\.escapingReferences))
        default: self
        }
    }

    /// The value that `stateValue` gave; `nil` if it has something else in it.
    init?(_ state: StateValue) {
        switch state {
        case .none: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .double(let number): self = .double(number)
        case .string(let text): self = .string(text)
        case .list(let elements):
            let values = elements.compactMap { ConfigValue($0) }
            guard values.count == elements.count else { return nil }
            self = .list(values)
        case .dictionary(let members): self.init(members)
        default: return nil
        }
    }

    /// The configuration that `stateDict` gave; `nil` if it has something else in it.
    public init?(_ state: StateDict) {
        var members: OrderedDictionary<String, ConfigValue> = [:]
        for (key, value) in state {
            guard case .string(let name) = key, let value = ConfigValue(value) else { return nil }
            members[name] = value
        }
        self = .dictionary(members)
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
