import Helios

extension Study {
    /// What an error in a trial means for the search.
    public enum ErrorPolicy: Sendable {
        /// The search ends with the error, and resumes with this trial: for a full disk, say.
        case stop
        /// The trial counts as failed, a warning says why, and the next one begins: for values with which a network
        /// cannot train.
        case fail
    }

    /// How a search ended.
    public enum Outcome: Sendable, Hashable {
        /// As many trials as asked for are over.
        case completed
        /// The sampler has tried everything.
        case exhausted
        /// The training of a trial was interrupted. The next search resumes it.
        case interrupted(trial: Int)
    }

    /// Searches until a number of trials are over, those of earlier searches included.
    ///
    /// - Parameters:
    ///   - count: how many trials the study has in the end.
    ///   - onError: what an error in a trial means.
    ///   - objective: tries the values that it has the trial suggest, and returns what came of it. Throws `TrialPruned`
    ///     for a trial that ended early (`OptunaPlugin.checkPruned`), `TrialInterrupted` for one that is to be
    ///     resumed; `OptunaPlugin.value(of:)` does both.
    /// - Returns: how the search ended.
    /// - Throws: `OptunaError` if Optuna fails; with `ErrorPolicy.stop` what the objective throws.
    @discardableResult
    public func optimize(
        trials count: Int, onError: ErrorPolicy = .stop, _ objective: (Trial) throws -> Double
    ) throws -> Outcome {
        guard count > 0 else { throw OptunaError("a search has at least one trial, not \(count)") }
        while finishedCount < count {
            guard let trial = try nextTrial() else { return .exhausted }
            do {
                let value = try objective(trial)
                try tell(trial, .completed(value))
            } catch is TrialPruned {
                try tell(trial, .pruned)
            } catch let error as TrialInterrupted {
                return .interrupted(trial: error.number)
            } catch let error where onError == .fail && !isFatal(error) {
                warn("trial \(trial.number) has failed: \(error)")
                try tell(trial, .failed)
            }
        }
        return .completed
    }

    /// Whether an error is none of the trial's own: the next one would fail, too.
    private func isFatal(_ error: any Error) -> Bool {
        error is OptunaError || connection.world != nil && (error is DistributedError || error is RankFailure)
    }
}
