import Helios
import TorchSerialization

/// One try of a search, with values that Optuna suggests.
public final class Trial {
    /// Its number in the study, from 0.
    public let number: Int
    /// Whether it was interrupted before.
    public let isResumed: Bool
    /// What it has been suggested so far.
    public private(set) var parameters: [String: HyperparameterValue]
    /// Its study.
    public let study: Study

    private var known: [String: (space: JSONValue, value: HyperparameterValue)] = [:]

    init(of study: Study, number: Int, isResumed: Bool, parameters: [String: HyperparameterValue]) {
        self.study = study
        self.number = number
        self.isResumed = isResumed
        self.parameters = parameters
    }

    /// Suggests a value, the same one each time: also after the trial was interrupted.
    ///
    /// - Parameters:
    ///   - name: what the value is called in the study.
    ///   - space: where it comes from.
    /// - Throws: `OptunaError` if the space is empty, or another one than before for the same name.
    public func suggest<Value: SuggestedValue>(_ name: String, _ space: SearchSpace<Value>) throws -> Value {
        guard !name.isEmpty, name.utf8.count <= 500 else {
            throw OptunaError("the name of a parameter has from 1 to 500 bytes, and not \(name.utf8.count)")
        }
        if let problem = space.problem {
            throw OptunaError("'\(VisibleText.of(name))' cannot be suggested: \(problem)")
        }
        if let known = known[name], known.space == space.json, let value = Value(known.value) { return value }
        let answer = try ask(
            "suggest", [.init("name", .string(name)), .init("distribution", space.json)])
        guard let json = answer["value"], let suggested = HyperparameterValue(json), let value = Value(suggested) else {
            throw OptunaError("Optuna has suggested something else than a \(Value.self) for '\(VisibleText.of(name))'")
        }
        parameters[name] = value.hyperparameter
        known[name] = (space.json, value.hyperparameter)
        return value
    }

    /// Notes a value of a cycle, and asks the pruner.
    ///
    /// Cycles come in their order. Those that the trial reported before it was interrupted get the same answer again.
    ///
    /// - Returns: whether the trial has no prospects and should end.
    /// - Throws: `OptunaError` if the value cannot be stored.
    public func report(_ value: Double, cycle: Int) throws -> Bool {
        guard cycle >= 0 else { throw OptunaError("the first cycle is 0, not \(cycle)") }
        let answer = try ask("report", [.init("step", .int(cycle)), .init("value", .double(value))])
        guard case .bool(let prunes) = answer["prune"] else {
            throw OptunaError("Optuna does not say whether the trial should end")
        }
        return prunes
    }

    /// Notes something about the trial in the study, which Optuna's dashboard shows.
    ///
    /// - Throws: `OptunaError` if it cannot be stored.
    public func setAttribute(_ key: String, _ value: HyperparameterValue) throws {
        _ = try ask("attribute", [.init("key", .string(key)), .init("value", value.json)])
    }

    private func ask(_ what: String, _ members: [JSONValue.Member]) throws -> JSONValue {
        try study.connection.ask(.object([.init("do", .string(what)), .init("number", .int(number))] + members))
    }
}
