extension TrainingRun {
    /// Training by iteration: totals, validation and checkpoints count the optimiser's steps, each of
    /// as many batches as the accumulation says.
    func trainByIteration() throws -> FitResult.Outcome {
        progress.beginTraining(state)
        // Between two epochs it is a checkpoint of training by epoch, with the end of one left to do.
        if resumePoint == .saved, state.datasetIter == 0 {
            if let outcome = try endEpoch(nil) { return outcome }
            if plan.length.isReached(by: state.currentIteration) { return .completed }
        }
        if resumePoint == .ended, state.datasetIter == 0 {
            if let outcome = try stopVoteAgain() { return outcome }
            if plan.length.isReached(by: state.currentIteration) { return .completed }
        }
        // A checkpoint is saved in the middle of what follows a step: the rest of it comes first.
        var next = state.datasetIter > 0 ? try resumeStep() : .nextBatch

        while true {
            if case .nextBatch = next {
                let loader = try beginEpoch()
                let batches = try remainingBatches(of: loader)
                while case .nextBatch = next, let batch = try self.next(of: batches) {
                    state.globalIteration += 1
                    if isStep {
                        state.currentIteration += 1
                        state.runningIter += 1
                    }
                    let isLogged = isStep && isDue(trainer.options.logs.every, at: state.currentIteration)
                    try train(on: batch, shouldLog: isLogged)
                    next = try endBatch()
                }
            }
            if case .stop(.interrupted(let interruption)) = next { return .interrupted(interruption) }
            try hooks.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
            try settleLosses()
            progress.endEpoch(state)
            // Where training ends, the position stays: as in the checkpoint of that iteration.
            if case .stop(let outcome) = next { return outcome }
            state.datasetIter = 0
            next = .nextBatch
        }
    }

    /// What comes after a batch.
    private enum Continuation {
        case nextBatch, nextEpoch
        case stop(FitResult.Outcome)
    }

    /// Whether the batch of this number is the one with which the optimiser steps.
    private var isStep: Bool {
        state.globalIteration % trainer.options.accumulation.batches == 0
    }

    /// What follows a batch, up to the checkpoint that may be due, and after it.
    private func endBatch() throws -> Continuation {
        if let interruption { return .stop(try interrupt(interruption)) }
        return try endBatchUninterrupted()
    }

    private func endBatchUninterrupted() throws -> Continuation {
        if let outcome = try hooks.stopVote() { return .stop(try saveEnd(outcome, at: .lastValidation)) }
        return try validateAndSave()
    }

    private func validateAndSave() throws -> Continuation {
        if isStep, isDue(plan.validFrequency, at: state.currentIteration), let interruption = try validate() {
            return .stop(try interrupt(interruption, at: .validation))
        }
        if isStep {
            try saveCheckpoints(
                isDue: isDue(plan.checkpointFrequency, at: state.currentIteration),
                isEnd: shouldStopEarly || plan.length.isReached(by: state.currentIteration))
        }
        return try endStep()
    }

    /// What follows a batch, after the checkpoint.
    private func endStep() throws -> Continuation {
        if shouldStopEarly { return .stop(.stoppedEarly) }
        if let outcome = try hooks.stopVote() { return .stop(try saveEnd(outcome, at: .ended)) }
        return try endStepThatStays()
    }

    /// What follows when nothing stops the training.
    private func endStepThatStays() throws -> Continuation {
        if plan.length.isReached(by: state.currentIteration) { return .stop(.completed) }
        guard try hooks.shouldAdvanceDatasetPhase() else { return .nextBatch }
        data.advanceTrainPhase()
        return .nextEpoch
    }

    /// What a checkpoint's step left to do.
    private func resumeStep() throws -> Continuation {
        defer { resumePoint = nil }
        return switch resumePoint {
        case .step: try endBatchUninterrupted()
        case .validation: try validateAndSave()
        case .lastValidation:
            if let outcome = try stopVoteAgain() { .stop(outcome) } else { try validateAndSave() }
        case .saved, nil: try endStep()
        case .ended:
            if let outcome = try stopVoteAgain() { .stop(outcome) } else { try endStepThatStays() }
        }
    }
}
