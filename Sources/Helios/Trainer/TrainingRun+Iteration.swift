extension TrainingRun {
    /// Training by iteration: totals, validation and checkpoints count the optimiser's steps, each of
    /// `accumulationSteps` batches.
    func trainByIteration() throws -> FitResult.Outcome {
        var outcome: FitResult.Outcome?
        if trainer.totalSteps.isReached(by: state.currentIteration) { return .completed }
        progress.beginTraining(state)

        while outcome == nil {
            // A checkpoint from the middle of an epoch counts that epoch already.
            if state.datasetIter == 0 { state.globalEpoch += 1 }
            let loader = try data.requiredTrainLoader()
            trainer.logger.info("epoch \(state.globalEpoch) starts")
            try model.onTrainingEpochStart(currentEpoch: state.globalEpoch)
            progress.beginEpoch(state, batchCount: loader.batchCount)

            let batches = try loader.batches(epoch: state.globalEpoch - 1, from: state.datasetIter)
            startTimer()
            while let batch = try batches.next() {
                state.globalIteration += 1
                let isStep = state.globalIteration % trainer.accumulationSteps == 0
                if isStep {
                    state.currentIteration += 1
                    state.runningIter += 1
                }
                try train(on: batch, shouldLog: isStep && isDue(trainer.printFrequency, at: state.currentIteration))
                state.datasetIter += 1
                if try model.shouldTrainingStop() {
                    outcome = .stoppedByModel
                    break
                }

                if isStep, isDue(trainer.validFrequency, at: state.currentIteration) { try validate() }
                if isStep, isDue(trainer.checkpointFrequency, at: state.currentIteration) { try saveCheckpoint() }
                if shouldStopEarly {
                    outcome = .stoppedEarly
                } else if try model.shouldTrainingStop() {
                    outcome = .stoppedByModel
                } else if trainer.totalSteps.isReached(by: state.currentIteration) {
                    outcome = .completed
                }
                if outcome != nil { break }

                if try model.shouldAdvanceDatasetPhase() {
                    data.advanceTrainPhase()
                    break
                }
            }
            state.datasetIter = 0
            try model.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
            progress.endEpoch(state)
        }
        return outcome ?? .completed
    }
}
