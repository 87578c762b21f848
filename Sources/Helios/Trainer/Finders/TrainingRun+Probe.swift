extension TrainingRun {
    /// Trains this many steps from new weights, to find something out, and nothing else: no validation, no checkpoint, no
    /// question whether to stop. `onTrainingEnd` is not called, since models save there what they have learned.
    ///
    /// - Parameters:
    ///   - what: what the progress bar says.
    ///   - steps: of the optimizer.
    ///   - afterStep: called after each step; false ends the probe.
    func probe(_ what: String, steps: Int, beforeBatch: () throws -> Void = {}, afterStep: () throws -> Bool) throws {
        progress.beginProbe(what, steps: steps)
        defer { progress.end() }
        try hooks.onTrainingStart()
        try hooks.train()
        var done = 0
        while true {
            state.globalEpoch += 1
            try hooks.onTrainingEpochStart(currentEpoch: state.globalEpoch)
            let batches = try remainingBatches(of: data.requiredTrainLoader())
            while let batch = try next(of: batches) {
                state.globalIteration += 1
                if plan.length.unit == .epoch
                    || state.globalIteration.isMultiple(of: status.options.accumulation.batches)
                {
                    state.currentIteration += 1
                    state.runningIter += 1
                }
                try beforeBatch()
                try train(on: batch, shouldLog: false)
                guard status.accumulation.isComplete else { continue }
                done += 1
                if try !afterStep() || done == steps || status.stopIsRequested { return }
            }
            try hooks.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
            state.datasetIter = 0
        }
    }
}
