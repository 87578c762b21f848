extension TrainingRun {
    /// Trains by iteration: the length, validations and checkpoints count the optimizer's steps, each of as many
    /// batches as the accumulation says.
    ///
    /// - Parameter position: where to enter the loop. A checkpoint is saved in the middle of what follows a batch: the
    ///   rest of that comes first.
    func trainByIteration(from position: LoopPosition) throws -> FitResult.Outcome {
        progress.beginTraining(state)
        if state.datasetIter == 0, let outcome = try finishEpoch(from: position) { return outcome }
        var next = state.datasetIter > 0 ? try finishBatch(from: position) : .nextBatch
        while true {
            switch next {
            case .nextBatch:
                let batches = try remainingBatches(of: beginEpoch())
                while case .nextBatch = next, let parts = try nextParts(of: batches) {
                    state.globalIteration += 1
                    if isStep {
                        state.currentIteration += 1
                        state.runningIter += 1
                    }
                    let shouldLog = isStep && isDue(status.options.logs.every, at: state.currentIteration)
                    try train(on: parts, shouldLog: shouldLog)
                    if let interruption { return try interrupt(interruption, at: .batch) }
                    next = try finishBatch(from: .batch)
                }
                fallthrough

            case .nextEpoch, .stop:
                if case .stop(.interrupted(let interruption)) = next { return .interrupted(interruption) }
                try hooks.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
                try readPostponedLosses()
                progress.endEpoch(state)
                // If training ends, the position stays, as in the checkpoint of that iteration.
                if case .stop(let outcome) = next { return outcome }
                state.datasetIter = 0
                next = .nextBatch
            }
        }
    }

    /// What comes after a batch.
    private enum Continuation {
        case nextBatch, nextEpoch
        case stop(FitResult.Outcome)
    }

    /// Does what follows a batch, from a position on.
    private func finishBatch(from position: LoopPosition) throws -> Continuation {
        switch position {
        case .batch, .lastValidation:
            if let outcome = try position == .batch ? stopVote() : repeatStopVote() {
                try saveEnd(at: .lastValidation)
                return .stop(outcome)
            }
            fallthrough

        case .validation:
            if isStep, try isValidationDue(), let (interruption, logs) = try validate() {
                return .stop(try interrupt(interruption, at: .validation, logs: logs))
            }
            if isStep {
                try saveCheckpoints(
                    isDue: isDue(plan.checkpointFrequency, at: state.currentIteration),
                    isEnd: shouldStopEarly() || plan.length.isReached(by: state.currentIteration))
            }
            fallthrough

        case .start, .validated, .saved:
            if shouldStopEarly() { return .stop(.stoppedEarly) }
            if let outcome = try stopVote() {
                try saveEnd(at: .ended)
                return .stop(outcome)
            }

        case .ended:
            if let outcome = try repeatStopVote() { return .stop(outcome) }
        }
        if plan.length.isReached(by: state.currentIteration) { return .stop(.completed) }
        guard try shouldAdvanceDatasetPhase() else { return .nextBatch }
        data.advanceTrainPhase()
        return .nextEpoch
    }

    /// Does what a checkpoint from between two epochs left of the first: training by epoch saves such ones.
    ///
    /// - Returns: why training ends, if it does.
    private func finishEpoch(from position: LoopPosition) throws -> FitResult.Outcome? {
        let outcome: FitResult.Outcome?
        switch position {
        case .start, .batch, .validation, .lastValidation, .validated: return nil
        case .saved: outcome = try endEpoch(nil)
        case .ended: outcome = try repeatStopVote()
        }
        return outcome ?? (plan.length.isReached(by: state.currentIteration) ? .completed : nil)
    }

    /// Whether the optimizer steps with the batch of this number.
    private var isStep: Bool {
        batchesSinceStep(in: state, of: batchesPerStep) == 0
    }
}
