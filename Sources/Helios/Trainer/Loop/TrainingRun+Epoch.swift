extension TrainingRun {
    /// Training by epoch: totals, validation and checkpoints count epochs.
    func trainByEpoch() throws -> FitResult.Outcome {
        progress.beginTraining(state)
        // A checkpoint that is due is saved in the middle of an epoch's end: the other half comes first.
        var outcome: FitResult.Outcome?
        if resumePoint == .saved, state.datasetIter == 0 { outcome = try endEpoch(nil) }
        if resumePoint == .ended, state.datasetIter == 0 {
            outcome = try stopVoteAgain()
            resumePoint = nil
        }

        while outcome == nil, !plan.length.isReached(by: completeEpochs) {
            let loader = try beginEpoch()
            let batches = try remainingBatches(of: loader)
            // After an interruption that was the next question.
            if resumePoint == .step { outcome = try hooks.stopVote() }
            if resumePoint == .lastValidation || resumePoint == .ended { outcome = try stopVoteAgain() }
            while outcome == nil, let batch = try next(of: batches) {
                state.globalIteration += 1
                state.currentIteration += 1
                state.runningIter += 1
                try train(on: batch, shouldLog: isDue(trainer.options.logs.every, at: state.currentIteration))
                if let interruption { return try interrupt(interruption) }
                outcome = try hooks.stopVote()
            }

            if isDue(plan.validFrequency, at: state.globalEpoch), let interruption = try validate() {
                return try interrupt(interruption, at: outcome == nil ? .validation : .lastValidation)
            }
            // Where training stopped in the middle, the position stays: a resumed run goes on with the next batch.
            if state.datasetIter >= loader.batchCount { state.datasetIter = 0 }
            try settleLosses()
            progress.endEpoch(state)
            try saveCheckpoints(
                isDue: isDue(plan.checkpointFrequency, at: state.globalEpoch),
                isEnd: outcome != nil || shouldStopEarly || plan.length.isReached(by: completeEpochs))
            outcome = try endEpoch(outcome)
            if outcome != nil { try saveEnd(at: .ended) }
        }
        return outcome ?? .completed
    }

    /// The state counts the epoch that is under way.
    var completeEpochs: Int {
        state.datasetIter > 0 ? state.globalEpoch - 1 : state.globalEpoch
    }

    /// What comes after an epoch's checkpoint. Returns why training ends, if it does.
    func endEpoch(_ outcome: FitResult.Outcome?) throws -> FitResult.Outcome? {
        resumePoint = nil
        try hooks.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
        if outcome == nil, try hooks.shouldAdvanceDatasetPhase() { data.advanceTrainPhase() }
        let stop: FitResult.Outcome? = shouldStopEarly ? .stoppedEarly : nil
        let vote = try hooks.stopVote()
        return outcome ?? stop ?? vote
    }
}
