import Helios
import TorchSerialization

/// What suggests the values of the next trial: a class of `optuna.samplers` with its arguments.
///
/// ```swift
/// StudyOptions(name: "digits", storage: .sqlite(file), sampler: .tpe(seed: 1))
/// StudyOptions(name: "digits", storage: .sqlite(file), sampler: .named("CmaEsSampler", ["seed": 1]))
/// ```
public struct SamplerOptions: Sendable, Hashable {
    let description: PythonObject

    /// Random values.
    ///
    /// - Parameter seed: the same values for the same seed; `nil` for others in each new study.
    public static func random(seed: Int? = nil) -> SamplerOptions {
        .named("RandomSampler", PythonObject.arguments(seed: seed))
    }

    /// Values like those of the best trials: the tree-structured Parzen estimator, which is Optuna's default.
    ///
    /// - Parameters:
    ///   - seed: the same values for the same seed; `nil` for others in each new study.
    ///   - startupTrials: how many trials get random values first.
    public static func tpe(seed: Int? = nil, startupTrials: Int = 10) -> SamplerOptions {
        var arguments = PythonObject.arguments(seed: seed)
        arguments["n_startup_trials"] = .integer(startupTrials)
        return .named("TPESampler", arguments)
    }

    /// Each combination of some values once, in random order. What is suggested must be among them.
    ///
    /// - Parameter values: the values of each parameter.
    public static func grid(_ values: [String: [HyperparameterValue]], seed: Int? = nil) -> SamplerOptions {
        var members = PythonObject.members(PythonObject.arguments(seed: seed))
        members.append(
            .init(
                "search_space",
                .object(
                    values.sorted { $0.key < $1.key }.map { .init($0.key, .array($0.value.map(\.json))) })))
        return SamplerOptions(description: PythonObject(name: "GridSampler", arguments: members))
    }

    /// Any other class of `optuna.samplers` whose arguments are numbers, texts and truth values.
    ///
    /// - Parameters:
    ///   - name: the name of the class, as in `CmaEsSampler`.
    ///   - arguments: its arguments under Optuna's names.
    public static func named(_ name: String, _ arguments: [String: HyperparameterValue] = [:]) -> SamplerOptions {
        SamplerOptions(description: PythonObject(name: name, arguments: PythonObject.members(arguments)))
    }
}
