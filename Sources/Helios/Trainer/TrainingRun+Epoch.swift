extension TrainingRun {
    /// Training by epoch: totals, validation and checkpoints count epochs.
    func trainByEpoch() throws -> FitResult.Outcome {
        var outcome: FitResult.Outcome?
        progress.beginTraining(state)

        while outcome == nil, state.datasetIter > 0 || !trainer.totalSteps.isReached(by: state.globalEpoch) {
            // A checkpoint from the middle of an epoch counts that epoch already.
            if state.datasetIter == 0 { state.globalEpoch += 1 }
            let loader = try data.requiredTrainLoader()
            trainer.logger.info("epoch \(state.globalEpoch) starts")
            try model.onTrainingEpochStart(currentEpoch: state.globalEpoch)
            progress.beginEpoch(state, batchCount: loader.batchCount)

            let batches = try loader.batches(epoch: state.globalEpoch - 1, from: state.datasetIter)
            startTimer()
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
