extension TrainingRun {
    /// Training by epoch: totals, validation and checkpoints count epochs.
    func trainByEpoch() throws -> FitResult.Outcome {
        var outcome: FitResult.Outcome?
        progress.beginTraining(state)

        while outcome == nil, state.datasetIter > 0 || !trainer.totalSteps.isReached(by: state.globalEpoch) {
            let loader = try beginEpoch()
            try model.onTrainingEpochStart(currentEpoch: state.globalEpoch)
            let batches = try remainingBatches(of: loader)
            while outcome == nil, let batch = try batches.next() {
                state.globalIteration += 1
                state.currentIteration += 1
                state.runningIter += 1
                try train(on: batch, shouldLog: isDue(trainer.printFrequency, at: state.currentIteration))
                state.datasetIter += 1
                if try model.shouldTrainingStop() { outcome = .stoppedByModel }
            }
            // Where the model stopped in the middle, the position stays: a resumed run goes on with the next batch.
            if state.datasetIter >= loader.batchCount { state.datasetIter = 0 }

            if isDue(trainer.validFrequency, at: state.globalEpoch) { try validate() }
            if isDue(trainer.checkpointFrequency, at: state.globalEpoch) { try saveCheckpoint() }
            try model.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
            if outcome == nil, try model.shouldAdvanceDatasetPhase() { data.advanceTrainPhase() }
            progress.endEpoch(state)

            if outcome == nil, shouldStopEarly { outcome = .stoppedEarly }
            if try model.shouldTrainingStop(), outcome == nil { outcome = .stoppedByModel }
        }
        return outcome ?? .completed
    }
}
