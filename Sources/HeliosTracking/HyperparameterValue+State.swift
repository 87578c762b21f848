import Helios
import Torch

extension HyperparameterValue {
    /// Settings for a checkpoint.
    static func stateDict(of values: [String: HyperparameterValue]) -> StateDict {
        var state = StateDict()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            state[.string(name)] =
                switch value {
                case .number(let number): .double(number)
                case .text(let text): .string(text)
                case .bool(let flag): .bool(flag)
                }
        }
        return state
    }

    /// The settings in a checkpoint. What is no setting there is left out.
    static func all(of state: StateDict) -> [String: HyperparameterValue] {
        var values: [String: HyperparameterValue] = [:]
        for name in state.names {
            switch state[.string(name)] {
            case .double(let number): values[name] = .number(number)
            case .string(let text): values[name] = .text(text)
            case .bool(let flag): values[name] = .bool(flag)
            default: break
            }
        }
        return values
    }
}

extension LoggedRun.Start {
    /// What the scripts call it.
    var name: String {
        switch self {
        case .new: "new"
        case .resumed: "resumed"
        case .added: "added"
        }
    }
}
