extension TrainingRun {
    /// Trains by epoch: the length, validations and checkpoints count epochs.
    ///
    /// - Parameter position: where to enter the loop. A checkpoint from the middle of an epoch enters at the start,
    ///   which then continues that epoch; one from between two epochs enters at what was left of the first.
    func trainByEpoch(from position: LoopPosition) throws -> FitResult.Outcome {
        progress.beginTraining(state)
        var entry = state.datasetIter > 0 ? EpochStage.start : EpochStage(at: position)
        var position = position
        while true {
            var outcome: FitResult.Outcome?
            switch entry {
            case .start:
                if plan.length.isReached(by: completeEpochs) { return .completed }
                let batches = try remainingBatches(of: beginEpoch())
                outcome = try finishBatchOfEpoch(from: position)
                while outcome == nil, let parts = try nextParts(of: batches) {
                    state.globalIteration += 1
                    state.currentIteration += 1
                    state.runningIter += 1
                    try train(on: parts, shouldLog: isDue(status.options.logs.every, at: state.currentIteration))
                    if let interruption { return try interrupt(interruption, at: .batch) }
                    outcome = try finishBatchOfEpoch(from: .batch)
                }
                if let outcome, case .interrupted = outcome { return outcome }

                if try isValidationDueAfterEpoch(), let (interruption, logs) = try validate() {
                    return try interrupt(
                        interruption, at: outcome == nil ? .validation : .lastValidation, logs: logs)
                }

                // If training stopped in the middle, the position stays: a resumed run continues with the next batch.
                if try isEpochOver() { state.datasetIter = 0 }
                try readPostponedLosses()
                progress.endEpoch(state)
                try saveCheckpoints(
                    isDue: isDue(plan.checkpointFrequency, at: state.globalEpoch),
                    isEnd: outcome != nil || shouldStopEarly() || plan.length.isReached(by: completeEpochs))
                fallthrough

            case .end:
                outcome = try endEpoch(outcome)
                if outcome != nil { try saveEnd(at: .ended) }

            case .ended:
                outcome = try repeatStopVote()
            }
            if let outcome { return outcome }
            (entry, position) = (.start, .start)
        }
    }

    /// The stages of an epoch that a run may enter at.
    private enum EpochStage {
        /// Its beginning, or the next batch if the checkpoint is from the middle of it.
        case start
        /// What comes after its checkpoint.
        case end
        /// The last question.
        case ended

        init(at position: LoopPosition) {
            switch position {
            case .start, .batch, .validation, .lastValidation, .validated: self = .start
            case .saved: self = .end
            case .ended: self = .ended
            }
        }
    }

    /// Does what follows a batch of an epoch, from a position on. Returns why training ends, if it does.
    private func finishBatchOfEpoch(from position: LoopPosition) throws -> FitResult.Outcome? {
        switch position {
        case .start: return nil
        case .batch, .lastValidation:
            if let outcome = try position == .batch ? stopVote() : repeatStopVote() { return outcome }
            fallthrough

        case .validation:
            guard try isValidationDueWithinEpoch() else { return nil }
            if let (interruption, logs) = try validate(isWithinEpoch: true) {
                return try interrupt(interruption, at: .validation, logs: logs)
            }
            // Then the end of the training saves.
            if shouldStopEarly() { return .stoppedEarly }
            try saveCheckpoints(at: .validated, isDue: false, isEnd: false)
            fallthrough

        case .validated: return shouldStopEarly() ? .stoppedEarly : try stopVote()
        case .saved: return shouldStopEarly() ? .stoppedEarly : nil
        case .ended: return try repeatStopVote()
        }
    }

    /// The state counts the epoch that is under way.
    var completeEpochs: Int {
        state.datasetIter > 0 ? state.globalEpoch - 1 : state.globalEpoch
    }

    /// Does what comes after an epoch's checkpoint. Returns why training ends, if it does.
    func endEpoch(_ outcome: FitResult.Outcome?) throws -> FitResult.Outcome? {
        try hooks.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
        if outcome == nil, try shouldAdvanceDatasetPhase() { data.advanceTrainPhase() }
        let stop: FitResult.Outcome? = shouldStopEarly() ? .stoppedEarly : nil
        let vote = try stopVote()
        return outcome ?? stop ?? vote
    }
}
