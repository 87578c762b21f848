extension Trainer {
    /// Runs a probe, and leaves the process as it was: its random generators and its number of threads, also if the
    /// model or the probe changes them.
    ///
    /// What the model holds of it (losses with all that they were computed from, gradients) goes too.
    func probe<Batch, Result>(
        _ what: String, _ model: Model<Batch>, _ data: DataModule<Batch>, batchSize: Int? = nil,
        _ body: (TrainingRun<Batch>) throws -> Result
    ) throws -> Result {
        let before = status.state
        defer { status.state = before }
        return try leavingProcessUnchanged {
            let result = Swift.Result {
                try run(what, .probe(batchSize: batchSize), model, data) { run in
                    _ = try run.setUp(fastInit: false)
                    return try body(run)
                }
            }
            model.forgetTraining()
            for (_, network) in model.namedNetworks() {
                for parameter in try network.parameters() { try parameter.setGrad(nil) }
            }
            return try result.get()
        }
    }

    /// Runs `body`, and leaves the random generators and the number of threads as they were, also if `body` throws.
    func leavingProcessUnchanged<Result>(_ body: () throws -> Result) throws -> Result {
        try RandomState.restoring(device: options.device) {
            let threadCount = LibTorch.threadCount
            let result = Swift.Result { try body() }
            try LibTorch.setThreadCount(threadCount)
            return try result.get()
        }
    }
}

extension TrainingRun {
    /// Trains this many steps from new weights, to find something out, and nothing else: no validation, no checkpoint,
    /// no question whether to stop. `onTrainingEnd` is not called, since models save there what they have learned.
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
                try train(on: [batch], shouldLog: false)
                guard status.accumulation.isComplete else { continue }
                done += 1
                if try !afterStep() || done == steps || status.stopIsRequested { return }
            }
            try hooks.onTrainingEpochEnd(currentEpoch: state.globalEpoch)
            state.datasetIter = 0
        }
    }
}
