import Foundation

// A resume, from the file to the place at which the run enters the loop.
extension TrainingRun {
    /// Takes the checkpoint folder, if the trainer has one.
    func openCheckpointFolder() throws {
        guard let options = status.options.checkpoints, savesCheckpoints, ranks.isFirst else { return }
        let keeper = try CheckpointKeeper(options, saveName: model.saveName, unit: plan.length.unit)
        self.keeper = keeper
        if !keeper.isLocked {
            status.log.warn("\(keeper.folder.folder.path) cannot be locked: see that nothing else trains there")
        }
    }

    /// Restores the newest checkpoint.
    ///
    /// - Returns: its file, where to enter the loop, and what it has of the logs; `nil` if there is none.
    func resumeFromNewest() throws -> (file: URL, position: LoopPosition, logs: StateDict)? {
        let newest = try shareEntry { try keeper?.folder.newest(warn: status.log.warn) }
        guard savesCheckpoints, let entry = newest else { return nil }
        try status.whenResuming?(entry.file, entry.contents.configuration)
        let file = try restore(entry) { checkpoint in
            let program = try OptionOverride(model)
            try checkpoint.restore(model, fastInit: false, rank: ranks.rank, of: ranks.count)
            try checkAccumulation(of: checkpoint)
            takePartSize(of: checkpoint)
            try resolveOptions(checkpoint, program)
            try data.loadStateDict(checkpoint.data)
            try checkpoint.restore(status.plugins, warn: status.log.warn)
            try checkEpoch(checkpoint)
            try takeOrder(checkpoint)
            try progress.loadStateDict(checkpoint.progress)
            environment.validationClock = ValidationClock(after: checkpoint.validationTime ?? .zero)
            if checkpoint.progress["skipped"] != nil {
                status.skippedSamples = try SkippedSamples(checkpoint.progress.dictionary("skipped"))
            }
            try keeper?.resume(from: checkpoint)
            // Last, since restoring may itself draw random numbers.
            state = checkpoint.trainingState
            try restoreRandomNumbers(checkpoint)
            warnOfOtherDevice(checkpoint)
            warnOfOtherDenormals(checkpoint)
        }
        return (file, entry.contents.position, entry.contents.logs)
    }

    private func warnOfOtherDevice(_ checkpoint: Checkpoint) {
        let kind = status.options.device.kind.description
        guard checkpoint.random.kind != kind else { return }
        status.log.warn(
            "the checkpoint was trained on '\(checkpoint.random.kind)', and this run trains on '\(kind)': its random "
                + "numbers and the last bits of its results are not those of a run that stayed there")
    }

    private func warnOfOtherDenormals(_ checkpoint: Checkpoint) {
        let flushed = checkpoint.environment["denormals"] != nil
        guard flushed != LibTorch.flushesDenormals else { return }
        status.log.warn(
            "the checkpoint was trained with flushDenormals: \(flushed), and this run has \(!flushed): its results may "
                + "not have the bits of a run that did not change it")
    }

    /// Asks once more whether to stop, after those that said so before the checkpoint: the answer moves no random
    /// generator a second time.
    func repeatStopVote() throws -> FitResult.Outcome? {
        var outcome: FitResult.Outcome?
        try repeating(if: true) { outcome = try stopVote() }
        return outcome
    }

    /// How a training ended that was ended before, hooks and all, and that still has nothing left to do; `nil`
    /// otherwise.
    func outcomeOfEndedTraining() throws -> FitResult.Outcome? {
        guard let last = status.lastCheckpoint, let end = try sharedEnd(at: last) else { return nil }
        let outcome: FitResult.Outcome?
        if end.isComplete {
            outcome = plan.length.isReached(by: completeUnits) ? .completed : nil
        } else if let minimum = plan.length.minimum, !hasReached(minimum) {
            outcome = nil
        } else {
            outcome = shouldStopEarly() ? .stoppedEarly : try repeatStopVote()
        }
        if let outcome {
            status.announce("the training has ended before: \(outcome), \(state.place); nothing is left to train")
            // What came later, a test that was killed perhaps, this run does again.
            if let logs = end.logs {
                // Other options of the program change nothing any more.
                status.loggers.endBeginning()
                try beginLogs(resuming: logs)
            }
        }
        return outcome
    }

    private var completeUnits: Int {
        plan.length.unit == .epoch ? completeEpochs : state.currentIteration
    }

    // MARK: What a checkpoint must fit

    /// Lets `body` restore a checkpoint; an error of it names the file.
    func restore(_ entry: CheckpointFolder.Entry, _ body: (Checkpoint) throws -> Void) throws -> URL {
        do {
            try hooks.run(.loadCheckpoint) { try body(entry.contents) }
        } catch {
            throw CheckpointError(path: entry.file.path, reason: "it does not fit the model or the data: \(error)")
        }
        status.lastCheckpoint = entry.file
        if let error = entry.contents.error {
            status.log.warn("\(entry.file.path) was saved after an error, perhaps in the middle of a step: \(error)")
        }
        return entry.file
    }

    /// Throws if the checkpoint is from the middle of a step that this run divides by another number of batches; warns
    /// if only the steps to come have another number.
    private func checkAccumulation(of checkpoint: Checkpoint) throws {
        let current = status.options.accumulation.batches(inEpoch: checkpoint.trainingState.globalEpoch)
        guard let batches = checkpoint.accumulationSteps, batches != current else { return }
        let pending = batchesSinceStep(in: checkpoint.trainingState, of: batches)
        guard pending == 0 else {
            throw StateDictError(
                "it is from the middle of a step of the optimizer, after \(pending) of \(batches) batches, and this run has "
                    + "\(current) batches in a step: their gradients were divided by another number. Resume with "
                    + "that number in the epoch, as with accumulation: .batches(\(batches)), or from a checkpoint between two steps"
            )
        }
        status.log.warn(
            "the checkpoint was trained with \(batches) batches in a step of the optimizer, this run has \(current): a "
                + "step has other samples from here on")
    }

    /// Takes the size of the parts in which the steps of the checkpoint were computed; warns if this run makes none.
    private func takePartSize(of checkpoint: Checkpoint) {
        if let splitting = model.batchSplitting {
            splitting.limit = checkpoint.partSize
        } else if let size = checkpoint.partSize {
            status.log.warn(
                "the checkpoint was trained in parts of at most \(size) sample\(size == 1 ? "" : "s"), since there was too "
                    + "little memory for more, and this run has outOfMemory: .fails: its steps need memory for whole batches "
                    + "from here on, and its results are those of a run with outOfMemory: .splits up to rounding only")
        }
    }

    /// Decides whether the checkpoint's options hold or the program's, if they differ.
    private func resolveOptions(_ checkpoint: Checkpoint, _ program: OptionOverride) throws {
        let saved = checkpoint.setupOptions.map { SetupOptions($0) }
        let before =
            try saved
            ?? model.currentOptions().withoutChanging(model.namedOptimizers(), model.namedSchedulers())
        let differences = model.setupOptions.differences(from: before)
        guard !differences.isEmpty else { return }
        let list = differences.map(\.description).joined(separator: ", ")
        switch status.options.checkpoints?.onResume ?? .keep {
        case .keep:
            model.setupOptions = model.setupOptions.replaced(by: before)
            status.log.warn(
                "the program has other options than the checkpoint, whose options are kept: \(list); "
                    + "checkpoints: .in(…, onResume: .override) uses the program's")
        case .override:
            try program.apply(differences)
            status.announce("the program's options replace the checkpoint's: \(list)")
        }
    }

    /// Throws if the checkpoint is from the middle of an epoch that the data no longer have.
    private func checkEpoch(_ checkpoint: Checkpoint) throws {
        if checkpoint.random.seed != status.options.seed {
            status.log.warn(
                "the checkpoint was trained with the seed \(checkpoint.random.seed), this run has "
                    + "\(status.options.seed): from here on the order of the samples is another")
        }
        let state = checkpoint.trainingState
        guard state.datasetIter > 0, let saved = checkpoint.epochLayout, let loader = data.trainDataLoader else {
            return
        }
        let differences = saved.differences(from: try EpochLayout(loader, epoch: state.globalEpoch - 1))
        guard !differences.isEmpty else { return }
        throw StateDictError(
            "it is from the middle of an epoch of \(saved) (after batch \(state.datasetIter) of epoch "
                + "\(state.globalEpoch)), and other samples would come next, since these differ: "
                + differences.joined(separator: ", ")
                + ". Finish the epoch with the old values, or resume from a checkpoint between two epochs")
    }

    /// Takes the order of the epoch that the checkpoint is in the middle of, if it was drawn.
    ///
    /// - Throws: `StateDictError` if one of checkpoint and loader draws the order, and the other does not.
    private func takeOrder(_ checkpoint: Checkpoint) throws {
        guard checkpoint.trainingState.datasetIter > 0, let options = data.trainDataLoader?.options else { return }
        guard (checkpoint.orderSeed != nil) == (options.drawsLikePyTorch && options.shuffle) else {
            throw StateDictError(
                "it is from the middle of an epoch whose order was \(checkpoint.orderSeed == nil ? "not " : "")drawn from "
                    + "the standard generator: leave the loader's drawsLikePyTorch as it was, or resume from a checkpoint "
                    + "between two epochs")
        }
        orderSeed = checkpoint.orderSeed
        batchesPosition = checkpoint.batches
    }
}
