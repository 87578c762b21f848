extension TrainingRun {
    /// Training by iteration: totals, validation and checkpoints count the optimiser's steps, each of
    /// `accumulationSteps` batches.
    func trainByIteration() throws -> FitResult.Outcome {
        var outcome: FitResult.Outcome?
        if trainer.totalSteps.isReached(by: state.currentIteration) { return .completed }
        progress.beginTraining(state)

        while outcome == nil {
            let loader = try beginEpoch()
            try model.onTrainingEpochStart(currentEpoch: state.globalEpoch)
            let batches = try remainingBatches(of: loader)
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
            // Where training ends, the position stays: as in the checkpoint of that iteration.
            if outcome == nil { state.datasetIter = 0 }
            try model.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
            progress.endEpoch(state)
        }
        return outcome ?? .completed
    }
}
