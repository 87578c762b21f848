extension TrainingRun {
    /// Runs a validation cycle, and updates the count that early stopping uses.
    ///
    /// - Parameter isWithinEpoch: whether the epoch is not over, when training by epoch.
    /// - Returns: what interrupted it, and what the logs had before it. Then the state is as it was before, and the
    ///   cycle must be run again.
    func validate(isWithinEpoch: Bool = false) throws -> (interruption: Interruption, logs: StateDict)? {
        try readPostponedLosses()
        try requireSameNetworks()
        let sets = data.usedValidationSets
        if !sets.isEmpty {
            try model.gradientExchange?.shareBuffers()
            let logs = try logState()
            let random = try RandomState.current(seed: status.options.seed, device: status.options.device)
            let scores = model.validationScores
            let metrics = MetricStates(of: model)
            let skippedSamples = status.skippedSamples
            if let interruption = try hooks.run(.validation, { try validate(sets, limit: nil) }) {
                try random.restore(device: status.options.device)
                model.validationScores = scores
                status.skippedSamples = skippedSamples
                metrics.restore()
                return (interruption, logs)
            }
        }
        try shareValidationScores()
        logScores(model.validationScores, of: "validation")
        progress.endValidation(model.validationScores, model.scoreModes, isWithinEpoch: isWithinEpoch, at: state)
        state.validationCycles += 1
        state.runningIter = 0
        try hooks.onScores(state: state)
        state.earlyStopCount = try haveMetricsImproved() ? 0 : state.earlyStopCount + 1
        try checkEarlyStopping()
        // No batch took this time, and the next interval begins.
        environment.batchTimer.start()
        environment.validationClock = ValidationClock()
        return nil
    }

    /// Validates each of some data in turn. The model's scores are those of all then.
    private func validate(_ sets: [ValidationSet<Batch>], limit: Int?) throws -> Interruption? {
        var scores = Scores()
        defer { status.validationSet = nil }
        for set in sets {
            status.validationSet = set.name
            if let interruption = try validate(set.loader, limit: limit) { return interruption }
            scores = scores.merging(set.name.map { model.validationScores.prefixed(by: $0) } ?? model.validationScores)
        }
        if sets.contains(where: { $0.name != nil }) { model.validationScores = scores }
        return nil
    }

    private func validate(_ loader: DataLoader<Batch>, limit: Int?) throws -> Interruption? {
        let cycle = state.validationCycles
        return try evaluation.run(.valid) {
            try hooks.eval()
            try hooks.onValidationStart(validationCycle: cycle)
            progress.beginValidation(steps: loader.batchCount.map { min($0, limit ?? .max) } ?? limit)
            let skippedCount = try evaluation.forEachBatch(of: loader, .valid) { batch, step in
                if let batch { try hooks.validate(batch, step: step) }
                progress.endValidationBatch()
                try agreeOnInterruption(.interruption)
                return interruption == nil && step + 1 != limit
            }
            status.skippedSamples.add(skippedCount, of: .validation(name: status.validationSet))
            try hooks.train()
            if let interruption { return interruption }
            try hooks.onValidationEnd(validationCycle: cycle)
            warnOfUnwrittenValidation()
            return nil
        }
    }

    /// Validates with a few batches before a new training, and leaves nothing behind.
    func sanityCheck() throws {
        let sets = data.usedValidationSets
        guard plan.sanityCheckBatches > 0, !sets.isEmpty else { return }
        status.isSanityChecking = true
        defer { status.isSanityChecking = false }
        let metrics = MetricStates(of: model)
        let skippedSamples = status.skippedSamples
        try keepingRandomState(if: true) {
            _ = try hooks.run(.sanityCheck) { try validate(sets, limit: plan.sanityCheckBatches) }
        }
        progress.end()
        status.skippedSamples = skippedSamples
        metrics.restore()
        model.forgetTraining()
    }

    /// Runs through the data of a validation, a test or a prediction.
    var evaluation: EvaluationLoop<Batch> { EvaluationLoop(hooks: hooks, log: status.log, model: model, ranks: ranks) }
}
