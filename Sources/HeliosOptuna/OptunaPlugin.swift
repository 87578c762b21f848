import Helios
import TorchSerialization

/// Trains a trial of a search: reports its score after each validation cycle, and ends the training if the pruner says so.
///
/// ```swift
/// try study.optimize(trials: 20) { trial in
///     let plugin = OptunaPlugin(trial, metricName: "accuracy")
///     let rate = try plugin.suggest("learningRate", .float(1e-4...1e-1, log: true))
///     let trainer = try Trainer(.epochs(10), validation: .every(1), checkpoints: .in(folder, every: 1))
///     try trainer.register(plugin)
///     return try plugin.value(of: trainer.fit(Classifier(rate), data))
/// }
/// ```
/// The model's name gets the number of the trial, as in `classifier_trial-3`, so that each trial has checkpoints of its
/// own, from which it resumes. Its state in them says which trial they are of.
public final class OptunaPlugin: Plugin {
    /// The trial.
    public let trial: Trial
    /// The score that is reported: one of the model's `validationScores` or `metrics`.
    public let metricName: String
    /// Whether the pruner has ended the trial.
    public private(set) var isPruned = false

    private var lastCycle: Int?

    /// A plug-in for a trial.
    ///
    /// - Parameters:
    ///   - trial: the trial.
    ///   - metricName: the score that is reported.
    public init(_ trial: Trial, metricName: String, id: String = "optuna") {
        self.trial = trial
        self.metricName = metricName
        super.init(id: id)
    }

    // MARK: Setting up

    /// Checks that the trainer can report scores, and does nothing else. `Trainer.register` suffices.
    ///
    /// - Throws: `PluginError` if it never validates, or if the ranks were started after the study was opened.
    public func configureTrainer(_ options: TrainerOptions) throws {
        guard options.validation != nil else {
            throw PluginError(
                id: id, reason: "it reports '\(metricName)' of the validation: give the trainer validation: .every(1)")
        }
        guard !isDistributed || trial.study.connection.world != nil else {
            throw PluginError(
                id: id,
                reason: "the study was opened before the processes were started: call World.join(processes:) first, so "
                    + "that all of them open it")
        }
    }

    override public func configure(_ options: inout TrainerOptions) throws {
        try configureTrainer(options)
    }

    /// Adds `_trial-<number>` to the model's name, in place of another trial's number.
    public func configureModel(_ model: any AnyModel) {
        model.saveName = model.saveName.replacing(/_trial-[0-9]+$/, with: "") + "_trial-\(trial.number)"
    }

    override public func configure(_ model: any AnyModel) throws {
        configureModel(model)
    }

    override public func setup() {
        (isPruned, lastCycle) = (false, nil)
    }

    // MARK: The trial

    /// Suggests a value, see `Trial.suggest`.
    public func suggest<Value: SuggestedValue>(_ name: String, _ space: SearchSpace<Value>) throws -> Value {
        try trial.suggest(name, space)
    }

    /// Reports the score of a validation cycle, on all ranks, and notes whether the trial is pruned.
    ///
    /// This is done by itself after each cycle. A model that knows the score earlier may do it in `onValidationEnd`; a
    /// cycle is reported once.
    ///
    /// - Parameter cycle: the number of the cycle, the first being 0.
    /// - Throws: `PluginError` if there is no such score, `OptunaError` if it cannot be stored.
    public func report(cycle: Int) throws {
        guard let model else {
            throw PluginError(id: id, reason: "there is no model to report: register the plug-in with a trainer")
        }
        try report(model.validationScores.merging(model.metrics), cycle)
    }

    override public func onScores(_ scores: Scores, state: TrainingState) throws {
        try report(scores, state.validationCycles - 1)
    }

    private func report(_ scores: Scores, _ cycle: Int) throws {
        guard lastCycle.map({ cycle > $0 }) ?? true, trainer?.isSanityChecking != true else { return }
        guard let score = scores[metricName] else { throw missingScore(scores) }
        lastCycle = cycle
        guard try trial.report(score, cycle: cycle) else { return }
        isPruned = true
        trainer?.logger.info("\(id): trial \(trial.number) is pruned after cycle \(cycle), with \(metricName) \(score)")
    }

    private func missingScore(_ scores: Scores) -> PluginError {
        let names = scores.names
        let known = names.isEmpty ? "there are no scores" : "there are: \(names.joined(separator: ", "))"
        return PluginError(id: id, reason: "there is no score '\(metricName)' that is a number; \(known)")
    }

    override public func shouldTrainingStop() -> Bool { isPruned }

    /// Throws `TrialPruned` if the pruner has ended the trial.
    public func checkPruned() throws {
        if isPruned { throw TrialPruned(number: trial.number) }
    }

    /// The last score of a training that has ended: what the objective of a search returns.
    ///
    /// - Throws: `TrialPruned` if the pruner ended it, `TrialInterrupted` if it is to be resumed, `PluginError` if there
    ///   is no such score.
    public func value(of result: FitResult) throws -> Double {
        if case .interrupted = result.outcome { throw TrialInterrupted(number: trial.number) }
        try checkPruned()
        let scores = result.validationScores.merging(model?.metrics ?? [:])
        guard let score = scores[metricName] else { throw missingScore(scores) }
        return score
    }

    // MARK: Checkpoints

    override public func stateDict() -> StateDict {
        [
            "study": .string(trial.study.id), "trial": .int(trial.number),
            "parameters": .dictionary(HyperparameterValue.stateDict(of: trial.parameters)),
            "is_pruned": .bool(isPruned), "last_cycle": lastCycle.map { .int($0) } ?? .none,
        ]
    }

    override public func loadStateDict(_ state: StateDict) throws {
        guard try state.string("study") == trial.study.id, try state.int("trial") == trial.number else {
            throw PluginError(
                id: id,
                reason: "the checkpoint is of trial \(try state.int("trial")) of another study than "
                    + "'\(trial.study.options.name)': train each study in a folder of its own")
        }
        let saved = HyperparameterValue.values(in: try state.dictionary("parameters"))
        if let name = saved.keys.sorted().first(where: { saved[$0] != trial.parameters[$0] }) {
            let now = trial.parameters[name].map { "\($0)" } ?? "not suggested"
            throw PluginError(
                id: id,
                reason:
                    "the checkpoint was trained with '\(name)' \(saved[name].map { "\($0)" } ?? ""), which is \(now) "
                    + "now: suggest all values before the training, as the program did that was stopped")
        }
        isPruned = try state.bool("is_pruned")
        if case .none = try state.value("last_cycle") {
            lastCycle = nil
        } else {
            lastCycle = try state.int("last_cycle")
        }
    }
}
