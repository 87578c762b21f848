/// Goes through data without training: what validation, testing and prediction have in common.
struct EvaluationLoop<Batch: Sendable> {
    let hooks: RunHooks<Batch>
    let log: RunLog
    let model: Model<Batch>
    let ranks: Ranks

    /// Runs `body` between the plug-ins' `onEvaluationStart` and `onEvaluationEnd`, which is called even if `body`
    /// fails.
    func run<Result>(_ phase: BatchPhase, _ body: () throws -> Result) throws -> Result {
        let result: Result
        do {
            try hooks.onEvaluationStart(phase)
            result = try body()
        } catch {
            hooks.onFailedEvaluationEnd(phase) { log.error("ending the evaluation failed too: \($0)") }
            throw error
        }
        try hooks.onEvaluationEnd(phase)
        return result
    }

    /// Gives every batch to `body`, on the model's device and without gradients, until it answers false. If each rank
    /// has its part of the batches, what the metrics accumulated is merged over the ranks at the end; a rank that has
    /// no sample of a batch gets `nil` for it.
    ///
    /// - Returns: how many samples the loader left out.
    func forEachBatch(
        of loader: DataLoader<Batch>, _ phase: BatchPhase, _ body: (_ batch: Batch?, _ step: Int) throws -> Bool
    ) throws -> Int {
        let metrics = loader.part == nil ? [] : MetricStates.emptyMetrics(of: model)
        let skippedCount = try noGrad {
            let batches = try loader.batches(epoch: 0)
            batches.warn = log.warn
            var step = 0
            hooks.evaluated = (phase, step)
            while let batch = try hooks.run(.nextBatch, { try batches.next() }),
                try body(
                    batches.share().own == 0 ? nil : hooks.batchToDevice(batch, phase: phase), step)
            {
                step += 1
                hooks.evaluated = (phase, step)
            }
            return batches.skippedCount
        }
        // Not after a failure, whose message names the batch.
        hooks.evaluated = nil
        try ranks.mergeStates(of: metrics)
        return skippedCount
    }
}
