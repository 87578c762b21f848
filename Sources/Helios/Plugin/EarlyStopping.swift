/// Ends training when a score has stopped improving, has reached a target, or shows that training has failed.
///
/// ```swift
/// try trainer.register(EarlyStopping(metric: "accuracy", mode: .max, patience: 5, target: 0.99))
/// ```
/// The score is one of those that `onScores` receives: the model's `validationScores` and `metrics`. To watch several
/// scores, register several of these plug-ins with different ids. `FitResult.Outcome.stoppedByPlugin` says that the
/// plug-in ended training, and `reason` says why.
public final class EarlyStopping: Plugin {
    /// The reason why training ends.
    public enum Reason: Sendable, Hashable {
        /// The score has not improved for this many validation cycles.
        case noImprovement(cycles: Int)
        /// The score is at least as good as the target.
        case targetReached(score: Double)
        /// The score is worse than `divergence`.
        case diverged(score: Double)
        /// The score is infinite or not a number.
        case notFinite(score: Double)
    }

    /// The number of validation cycles in a row without a better score after which training ends.
    public let patience: Int
    /// How much better than the best score a score must be to count as better; 0 or more.
    public let minimumDelta: Double
    /// Training ends when a score is at least this good; `nil` disables this.
    public let target: Double?
    /// Training ends when a score is worse than this; `nil` disables this.
    public let divergence: Double?
    /// Whether training ends when a score is infinite or not a number. Otherwise, a score that is not a number counts
    /// as no improvement.
    public let checksFinite: Bool

    /// The best score; `nil` before the first validation cycle.
    public private(set) var best: Double?
    /// The score of the last validation cycle.
    public private(set) var last: Double?
    /// The number of validation cycles in a row without a better score.
    public private(set) var cyclesWithoutImprovement = 0

    private let metric: WatchedMetric

    /// Creates a plug-in that watches a score.
    ///
    /// - Parameters:
    ///   - metric: the name of the score.
    ///   - mode: whether higher or lower scores are better.
    /// - Throws: `PluginError` for an invalid option.
    public init(
        metric: String, mode: MetricMode, patience: Int = 3, minimumDelta: Double = 0, target: Double? = nil,
        divergence: Double? = nil, checksFinite: Bool = true, id: String = "early-stopping"
    ) throws {
        self.metric = WatchedMetric(name: metric, mode: mode)
        self.patience = patience
        self.minimumDelta = minimumDelta
        self.target = target
        self.divergence = divergence
        self.checksFinite = checksFinite
        super.init(id: id)
        guard patience > 0 else { throw PluginError(id: id, reason: "patience must be positive, not \(patience)") }
        guard minimumDelta >= 0, minimumDelta.isFinite else {
            throw PluginError(id: id, reason: "minimumDelta must be 0 or more, not \(minimumDelta)")
        }
        for (name, value) in [("target", target), ("divergence", divergence)] where value?.isNaN == true {
            throw PluginError(id: id, reason: "\(name) must be a number")
        }
        if let target, let divergence, mode.isBetter(divergence, than: target) {
            throw PluginError(
                id: id,
                reason: "every score would end training: divergence (\(divergence)) is better than target (\(target))")
        }
    }

    /// The reason why training should end; `nil` if it should continue.
    ///
    /// It is computed from the scores and is not saved with them, so a run that resumes with more patience continues.
    public var reason: Reason? {
        guard let last else { return nil }
        if checksFinite, !last.isFinite { return .notFinite(score: last) }
        if let target, last == target || metric.mode.isBetter(last, than: target) {
            return .targetReached(score: last)
        }
        if let divergence, metric.mode.isBetter(divergence, than: last) { return .diverged(score: last) }
        return cyclesWithoutImprovement >= patience ? .noImprovement(cycles: cyclesWithoutImprovement) : nil
    }

    override public func setup() {
        begin()
    }

    override public func onTrainingStart() throws {
        try metric.requireValidation(for: self)
    }

    override public func onScores(_ scores: Scores, state: TrainingState) throws {
        let score = try metric.value(in: scores, for: self)
        last = score
        if !score.isNaN, best.map({ metric.mode.isBetter(score, than: $0, by: minimumDelta) }) ?? true {
            best = score
            cyclesWithoutImprovement = 0
        } else {
            cyclesWithoutImprovement += 1
        }
        if let reason { trainer?.logger.info("\(id): \(metric.name) \(reason)") }
    }

    override public func shouldTrainingStop() -> Bool {
        reason != nil
    }

    override var bestScore: (name: String, value: Double)? {
        // With a delta it is not the best score, but the best that counted.
        guard minimumDelta == 0 else { return nil }
        return best.map { (metric.name, $0) }
    }

    override public func stateDict() -> StateDict {
        [
            "metric": .dictionary(metric.stateDict()),
            "best": best.map { .double($0) } ?? .none,
            "last": last.map { .double($0) } ?? .none,
            "cycles_without_improvement": .int(cyclesWithoutImprovement),
        ]
    }

    override public func loadStateDict(_ state: StateDict) throws {
        guard try metric.fits(state.dictionary("metric")) else {
            trainer?.warn("'\(id)' watched another score in the checkpoint: it starts over with '\(metric.name)'")
            return begin()
        }
        let cycles = try state.int("cycles_without_improvement")
        // No run gets there; a damaged file that does must not make the counting overflow.
        guard (0...(1 << 62)).contains(cycles) else {
            throw StateDictError("'cycles_without_improvement' is no count: \(cycles)")
        }
        best = try state.optionalDouble("best")
        last = try state.optionalDouble("last")
        cyclesWithoutImprovement = cycles
    }

    private func begin() {
        best = nil
        last = nil
        cyclesWithoutImprovement = 0
    }
}

extension EarlyStopping.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noImprovement(let cycles):
            "has not become better for \(cycles) validation cycle\(cycles == 1 ? "" : "s")"
        case .targetReached(let score): "has reached the target: \(score)"
        case .diverged(let score): "is worse than what counts as training: \(score)"
        case .notFinite(let score): "is not a finite number: \(score)"
        }
    }
}

extension StateDict {
    fileprivate func optionalDouble(_ key: Key) throws -> Double? {
        if case .none = try value(key) { return nil }
        return try double(key)
    }
}
