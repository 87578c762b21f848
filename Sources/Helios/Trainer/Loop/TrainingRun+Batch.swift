// One batch of the training, as both loops train it.
extension TrainingRun {
    /// Begins an epoch, or continues the one that the checkpoint is in the middle of, which the state counts already.
    func beginEpoch() throws -> DataLoader<Batch> {
        status.isResumingEpoch = state.datasetIter > 0
        defer { status.isResumingEpoch = false }
        if !status.isResumingEpoch { state.globalEpoch += 1 }
        if !status.isResumingEpoch { status.log.info("epoch \(state.globalEpoch) starts") }
        let loader = try data.trainLoader(inEpoch: state.globalEpoch)
        progress.beginEpoch(state, batchCount: loader.batchCount, batchSize: loader.options.batchSize)
        try repeating(if: status.isResumingEpoch) {
            try hooks.onTrainingEpochStart(currentEpoch: state.globalEpoch)
        }
        return loader
    }

    /// The batches of the epoch that are not over.
    func remainingBatches(of loader: DataLoader<Batch>) throws -> Batches<Batch> {
        // What was between the epochs does not count.
        environment.batchTimer.start()
        // The order of an epoch that a checkpoint is in the middle of was drawn when the epoch began.
        if state.datasetIter == 0 { orderSeed = try sharedOrderSeed(loader.drawOrderSeed()) }
        let position = state.datasetIter == 0 ? nil : batchesPosition
        let batches = try loader.batches(
            epoch: state.globalEpoch - 1, from: state.datasetIter, orderSeed: orderSeed, position: position)
        batches.warn = status.log.warn
        // By epoch, the batches of a step are counted before they are made.
        batches.needsEveryBatch = plan.length.unit == .epoch && batchesPerStep > 1
        self.batches = batches
        return batches
    }

    /// Whether all batches of the epoch were trained.
    func isEpochOver() throws -> Bool {
        try batches.map { try $0.remaining(upTo: 1) == 0 } ?? true
    }

    /// The next batch; `nil` if the epoch, or the data of an evaluation, is over.
    func next(of batches: Batches<Batch>) throws -> Batch? {
        try hooks.run(.nextBatch) { try batches.next() }
    }

    /// The next training batch as its parts, of which there are several with `deterministic: .acrossRanks`; `nil` if
    /// the epoch is over.
    func nextParts(of batches: Batches<Batch>) throws -> [Batch]? {
        // Those of batches that were left out whole; the others count when their batch is trained.
        defer { noteSkippedSamples(withLast: false) }
        var parts: [Batch] = []
        for _ in 0..<(model.gradientShards?.ownCount ?? 1) {
            guard let part = try next(of: batches) else { return nil }
            parts.append(part)
        }
        return parts
    }

    /// Trains on a batch.
    func train(on parts: [Batch], shouldLog: Bool) throws {
        status.accumulation = try accumulationWindow()
        if let shards = model.gradientShards {
            try train(onShards: parts, shards)
        } else {
            let batch = try hooks.processTrainingBatch(hooks.batchToDevice(parts[0], phase: .train), state: state)
            try beginBatchOnRanks()
            try hooks.onTrainingBatchStart(state: state)
            try runStep(batch)
        }
        checkSteps()
        warnOfMissingEnd()
        state.averageIterTime = environment.batchTimer.record()
        if model.gradientShards == nil { try averageLossesOverRanks() }
        try hooks.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        try noteLosses(waiting: shouldLog)
        if shouldLog { try logStep() }
        state.datasetIter += 1
        // Together with the position, so that a checkpoint has both.
        noteSkippedSamples(withLast: true)
        // A full disk should show now, not at the end of an epoch of hours.
        try noteSavedCheckpoint(waiting: false)
        try agreeOnBatch()
    }

    private func noteSkippedSamples(withLast: Bool) {
        status.skippedSamples.add(
            batches?.takeSkippedCount(withLast: withLast) ?? 0, of: .training(phase: data.trainPhase + 1))
    }

    /// Runs the model's training step.
    func runStep(_ batch: Batch) throws {
        do {
            try environment.runStep { try model.runStep { try hooks.trainStep(batch, state: state) } }
        } catch let error as TorchError where error.kind == .outOfMemory {
            throw model.batchSplitting?.explaining(error) ?? error
        }
    }

    /// Tells the progress of a batch that is over, and of the losses that are known.
    private func noteLosses(waiting: Bool) throws {
        guard model.postponesLosses else { return progress.endBatch(state, model.lossTable.last) }
        progress.endBatch(state, nil)
        // So many that waiting for them costs little, and so few that a loss that is not a number shows soon.
        if waiting || model.lossTable.hasFailed || model.lossTable.pendingCount >= 32 { try readPostponedLosses() }
    }

    /// Reads the losses that are still on a device.
    func readPostponedLosses() throws {
        try model.lossTable.readPostponed()
        for losses in model.lossTable.takeRead() { progress.add(losses) }
    }

    // MARK: Questions of the loops

    /// Whether there was no improvement for as long as early stopping allows, and the training may stop.
    func shouldStopEarly() -> Bool {
        guard let cycles = status.options.validation?.stopAfter, state.earlyStopCount >= cycles else { return false }
        return mayStop(.stoppedEarly)
    }

    /// Whether a stop that was asked for need not wait for the minimum of the training. The log says once if it must.
    func mayStop(_ outcome: FitResult.Outcome) -> Bool {
        guard let minimum = plan.length.minimum, !hasReached(minimum) else { return true }
        status.log.noteOnce(
            "training would have been \(outcome), and continues: it has \(minimum.text)", isWarning: false)
        return false
    }

    /// Whether a minimum of the training is reached. An epoch that is under way does not count.
    func hasReached(_ minimum: TrainerOptions.Length.Minimum) -> Bool {
        switch minimum {
        case .epochs(let count): completeEpochs >= count
        case .iterations(let count): state.currentIteration >= count
        }
    }

    /// Whether something that happens every so many units is due at this count.
    func isDue(_ frequency: Int?, at count: Int) -> Bool {
        frequency.map { count % $0 == 0 } ?? false
    }

    /// What asks the training to end, if anything does. The loops look at it after each batch.
    var interruption: Interruption? { environment.interruption }
}
