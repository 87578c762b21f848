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
