import Helios

/// What ends trials without prospects early: a class of `optuna.pruners` with its arguments.
public struct PrunerOptions: Sendable, Hashable {
    let description: PythonObject

    /// No trial is ended early.
    public static let none = PrunerOptions.named("NopPruner")

    /// Ends a trial whose best value so far is worse than the median of the other trials' values at the same cycle.
    ///
    /// - Parameters:
    ///   - startupTrials: how many trials must be over before one is ended.
    ///   - warmupCycles: before which cycle none is ended.
    ///   - every: how many cycles there are between two decisions.
    public static func median(
        startupTrials: Int = 5, warmupCycles: Int = 0, every interval: Int = 1
    ) -> PrunerOptions {
        .named(
            "MedianPruner",
            [
                "n_startup_trials": .integer(startupTrials), "n_warmup_steps": .integer(warmupCycles),
                "interval_steps": .integer(interval),
            ])
    }

    /// Gives many trials a few cycles, and the best of them more and more.
    ///
    /// - Parameters:
    ///   - minimum: how many cycles each trial has.
    ///   - maximum: how many cycles a trial has that is never ended.
    ///   - factor: how many trials are compared for one that continues.
    public static func hyperband(minimum: Int = 1, maximum: Int, factor: Int = 3) -> PrunerOptions {
        .named(
            "HyperbandPruner",
            [
                "min_resource": .integer(minimum), "max_resource": .integer(maximum),
                "reduction_factor": .integer(factor),
            ])
    }

    /// Any other class of `optuna.pruners` whose arguments are numbers, texts and truth values.
    ///
    /// - Parameters:
    ///   - name: the name of the class, as in `PercentilePruner`.
    ///   - arguments: its arguments under Optuna's names.
    public static func named(_ name: String, _ arguments: [String: HyperparameterValue] = [:]) -> PrunerOptions {
        PrunerOptions(description: PythonObject(name: name, arguments: PythonObject.members(arguments)))
    }
}
