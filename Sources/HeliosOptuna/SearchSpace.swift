import Helios
import TorchSerialization

/// Where a suggested value comes from.
///
/// ```swift
/// let rate = try trial.suggest("learningRate", .float(1e-4...1e-1, log: true))
/// let width = try trial.suggest("width", .int(16...128, step: 16))
/// let kind = try trial.suggest("optimizer", .categorical(["sgd", "adam"]))
/// ```
public struct SearchSpace<Value: SuggestedValue>: Sendable {
    let json: JSONValue
    /// What is wrong with it.
    let problem: String?
}

/// A value that can be suggested: `Int`, `Double`, `Bool` or `String`.
public protocol SuggestedValue: Sendable {
    /// The value for a checkpoint and for Optuna.
    var hyperparameter: HyperparameterValue { get }
    /// The value in what Optuna has suggested; `nil` if it is of another type.
    init?(_ hyperparameter: HyperparameterValue)
}

extension SearchSpace where Value == Double {
    /// A number in a range, its ends included.
    ///
    /// - Parameters:
    ///   - step: the distance between two values; `nil` for any value.
    ///   - log: whether small numbers are as likely as large ones: for learning rates. Not together with a step.
    public static func float(_ range: ClosedRange<Double>, step: Double? = nil, log: Bool = false) -> SearchSpace {
        let problem: String? =
            if !range.lowerBound.isFinite || !range.upperBound.isFinite {
                "the range \(range) is not finite"
            } else if log, range.lowerBound <= 0 {
                "log: true needs a range of positive numbers, not \(range)"
            } else if log, step != nil {
                "step: and log: exclude each other"
            } else if let step, !(step > 0 && step.isFinite) {
                "the step must be positive, not \(step)"
            } else {
                nil
            }
        return SearchSpace(
            json: [
                "kind": .string("float"), "low": .double(range.lowerBound), "high": .double(range.upperBound),
                "step": step.map { .double($0) } ?? .null, "log": .bool(log),
            ], problem: problem)
    }
}

extension SearchSpace where Value == Int {
    /// A whole number in a range, its ends included.
    ///
    /// - Parameters:
    ///   - step: the distance between two values.
    ///   - log: whether small numbers are as likely as large ones. Not together with a step.
    public static func int(_ range: ClosedRange<Int>, step: Int = 1, log: Bool = false) -> SearchSpace {
        let problem: String? =
            if log, range.lowerBound <= 0 {
                "log: true needs a range of positive numbers, not \(range)"
            } else if log, step != 1 {
                "step: and log: exclude each other"
            } else if step <= 0 {
                "the step must be positive, not \(step)"
            } else if max(range.lowerBound.magnitude, range.upperBound.magnitude) > 1 << 53 {
                "Optuna computes with numbers up to 2^53, and the range is \(range)"
            } else {
                nil
            }
        return SearchSpace(
            json: [
                "kind": .string("int"), "low": .int(range.lowerBound), "high": .int(range.upperBound),
                "step": .int(step), "log": .bool(log),
            ], problem: problem)
    }
}

extension SearchSpace {
    /// One of some values.
    public static func categorical(_ choices: [Value]) -> SearchSpace {
        SearchSpace(
            json: ["kind": .string("categorical"), "choices": .array(choices.map(\.hyperparameter.json))],
            problem: choices.isEmpty ? "there are no values to choose from" : nil)
    }
}

extension Int: SuggestedValue {
    public var hyperparameter: HyperparameterValue { .integer(self) }

    public init?(_ hyperparameter: HyperparameterValue) {
        guard case .integer(let value) = hyperparameter else { return nil }
        self = value
    }
}

extension Double: SuggestedValue {
    public var hyperparameter: HyperparameterValue { .number(self) }

    public init?(_ hyperparameter: HyperparameterValue) {
        switch hyperparameter {
        case .number(let value): self = value
        case .integer(let value): self = Double(value)
        default: return nil
        }
    }
}

extension Bool: SuggestedValue {
    public var hyperparameter: HyperparameterValue { .bool(self) }

    public init?(_ hyperparameter: HyperparameterValue) {
        guard case .bool(let value) = hyperparameter else { return nil }
        self = value
    }
}

extension String: SuggestedValue {
    public var hyperparameter: HyperparameterValue { .text(self) }

    public init?(_ hyperparameter: HyperparameterValue) {
        guard case .text(let value) = hyperparameter else { return nil }
        self = value
    }
}
