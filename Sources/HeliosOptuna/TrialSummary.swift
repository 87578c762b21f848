import Helios
import TorchSerialization

/// What a study knows of a trial, which may still be running.
public struct TrialSummary: Sendable, Hashable {
    /// How far a trial is, and how it ended.
    public enum State: String, Sendable {
        case running, waiting, complete, pruned, fail
    }

    /// A value that the trial has reported.
    public struct Report: Sendable, Hashable {
        /// The validation cycle, the first being 0.
        public let cycle: Int
        /// What the validation found.
        public let value: Double
    }

    /// Its number in the study, from 0.
    public let number: Int
    /// How it ended.
    public let state: State
    /// Its value; that of a pruned trial is the last it has reported.
    public let value: Double?
    /// What it was suggested.
    public let parameters: [String: HyperparameterValue]
    /// What it has reported, by cycle.
    public let reports: [Report]
    /// What the program has noted about it.
    public let attributes: [String: HyperparameterValue]

    init(_ json: JSONValue) throws(OptunaError) {
        guard case .int(let number) = json["number"], case .string(let name) = json["state"],
            let state = State(rawValue: name), case .object(let parameters) = json["params"],
            case .array(let reports) = json["reported"], case .object(let attributes) = json["attributes"]
        else { throw OptunaError("Optuna describes a trial that is none") }
        self.number = number
        self.state = state
        value = json["value"].flatMap(TrialSummary.number)
        self.parameters = HyperparameterValue.values(in: parameters)
        self.reports = reports.compactMap { report in
            guard case .array(let pair) = report, pair.count == 2, case .int(let cycle) = pair[0],
                let value = TrialSummary.number(pair[1])
            else { return nil }
            return Report(cycle: cycle, value: value)
        }
        self.attributes = HyperparameterValue.values(in: attributes)
    }

    private static func number(_ json: JSONValue) -> Double? {
        switch json {
        case .double(let value): value
        case .int(let value): Double(value)
        case .string(let text): Double(text)
        default: nil
        }
    }
}
