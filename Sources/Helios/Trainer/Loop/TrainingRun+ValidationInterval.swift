// When a validation is due. All ranks come to the same answer.
extension TrainingRun {
    /// Whether a validation is due after an epoch of which no batch is trained any more.
    func isValidationDueAfterEpoch() throws -> Bool {
        switch plan.validationInterval {
        case nil: false
        case .units(let count): isDue(count, at: state.globalEpoch)
        case .fraction: try isEpochOver()
        case .iterations, .time: try isEpochOver() && isValidationDue()
        }
    }

    /// Whether a validation is due after a batch that is not the last of its epoch, when training by epoch.
    func isValidationDueWithinEpoch() throws -> Bool {
        switch plan.validationInterval {
        case nil, .units: false
        // The end of a stream shows only when it is read, so that this question comes second.
        case .fraction, .iterations, .time: try isValidationDue() && !isEpochOver()
        }
    }

    /// Whether a validation is due after a batch.
    func isValidationDue() throws -> Bool {
        switch plan.validationInterval {
        case nil: return false
        case .units(let count), .iterations(let count): return isDue(count, at: state.currentIteration)
        case .fraction(let part):
            guard let count = try data.trainLoader(inEpoch: state.globalEpoch).batchCount else {
                throw unknownBatchCount
            }
            return TrainerOptions.Validation.Interval.isPartOver(part, with: state.datasetIter, of: count)
        case .time(let time): return try ranks.first(.validationTime, environment.validationClock.time >= time)
        }
    }

    /// What a part of an epoch means in a stream.
    var unknownBatchCount: ConfigurationError {
        ConfigurationError(
            "validation: \(plan.validationInterval?.text ?? "") needs to know how many batches an epoch has, and the "
                + "training data is a stream without a length: use .every(.iterations(…)) or .every(.time(…))")
    }

    /// For a checkpoint: the time since the last validation; `nil` if nothing depends on it.
    var validationTime: Duration? {
        guard case .time = plan.validationInterval else { return nil }
        return environment.validationClock.time
    }
}
