import Foundation

extension TrainingRun {
    /// Saves the checkpoint that is due, where the model wants it, and those that plug-ins want.
    ///
    /// - Parameter isEnd: whether the training ends here: then there is a checkpoint in any case.
    func saveCheckpoints(isDue: Bool, isEnd: Bool) throws {
        guard checkpoints != nil else { return }
        // A plug-in is told of its checkpoint before it is asked for the next one.
        try collectSaved(waiting: saving?.extras.isEmpty == false)
        let extras = try hooks.extraCheckpoints(state: state)
        let isWanted = try isDue && hooks.shouldSaveCheckpoint()
        guard isWanted || isEnd || !extras.isEmpty else { return }
        try saveCheckpoint(at: .saved, isDue: isWanted || isEnd, extras: extras)
    }

    /// Saves the state in which something stopped the training, unless that is in the newest checkpoint.
    func saveEnd(at point: LoopPosition) throws {
        guard state != savedState else { return }
        try saveCheckpoint(at: point, isDue: true, extras: [])
    }

    /// The same, for the loop by iteration. Returns the outcome.
    func saveEnd(_ outcome: FitResult.Outcome, at point: LoopPosition) throws -> FitResult.Outcome {
        try saveEnd(at: point)
        return outcome
    }

    /// Asks once more whether to stop those that said so before the checkpoint: the answer moves no random generator a
    /// second time.
    func stopVoteAgain() throws -> FitResult.Outcome? {
        var outcome: FitResult.Outcome?
        try keepingRandomState(if: true) { outcome = try hooks.stopVote() }
        return outcome
    }

    /// Saves a checkpoint of this moment. Where another thread writes it, this returns when its state has been copied.
    func saveCheckpoint(
        at point: LoopPosition, isDue: Bool, extras: [(plugin: Plugin, checkpoint: ExtraCheckpoint)]
    ) throws {
        guard let checkpoints else { return }
        // One that is no number must not be in a checkpoint.
        try settleLosses()
        try collectSaved(waiting: true)
        let outcome = try hooks.run(.saveCheckpoint) {
            let base = CheckpointName.base(saveName: model.saveName, state)
            let name =
                isDue ? try checkpoints.name(shortened(model.appendMetadata(toCheckpointName: base)), of: state) : nil
            let decision = name.map {
                (trainer.options.checkpoints?.keeping ?? .all).decide(
                    written, newest: $0, unit: plan.length.unit, interrupted: interrupted)
            }
            if let name {
                saveCount += 1
                savedState = state
                if isInside(point) {
                    interrupted.insert(name.fileName)
                } else {
                    interrupted.remove(name.fileName)
                }
            }
            let saving = SavingCheckpoint(
                file: name.map { checkpoints.file($0) },
                extras: try extras.map { (plugin: $0.plugin, file: try checkpoints.file($0.checkpoint)) },
                kept: decision?.kept ?? written)
            let obsolete = decision?.obsolete ?? []
            // It names those that go when it is there, too: a run that is killed in between leaves them to the next one.
            let checkpoint = try checkpoint(at: point, written: obsolete + saving.kept)
            let outcome = try writer.write(
                checkpoint.stateDict(), to: saving.files, removing: obsolete.map { checkpoints.file($0) })
            self.saving = saving
            return outcome
        }
        if let outcome { try settle(outcome) }
    }

    /// Takes note of the checkpoint that is being written, if it is done or `waiting` until it is.
    ///
    /// - Throws: why it could not be written, `CheckpointError`; what a plug-in threw that was told of it.
    func collectSaved(waiting: Bool) throws {
        guard saving != nil else { return }
        guard let outcome = waiting ? hooks.measure(.saveCheckpoint, writer.finish) : writer.poll() else { return }
        try settle(outcome)
    }

    private func settle(_ outcome: CheckpointJob.Outcome) throws {
        guard let saving else { return }
        self.saving = nil
        for file in outcome.written { trainer.logger.info("saved \(file.path)") }
        for warning in outcome.warnings { trainer.warn(warning) }
        if let file = saving.file, outcome.written.contains(file) { trainer.lastCheckpoint = file }
        if outcome.failure == nil { written = saving.kept }
        for extra in saving.extras where outcome.written.contains(extra.file) {
            try hooks.onExtraCheckpointSaved(extra.file, for: extra.plugin)
        }
        if let failure = outcome.failure { try hooks.run(.saveCheckpoint) { throw failure } }
    }

    /// Whether what is saved here is no step's or epoch's end, so that it does not stay for ever.
    private func isInside(_ point: LoopPosition) -> Bool {
        switch point {
        case .step, .validation, .lastValidation: true
        case .saved, .ended: plan.length.unit == .epoch && state.datasetIter > 0
        }
    }

    /// A name that a file can have: a long name that the metadata make must not end a training after its first epoch.
    private func shortened(_ name: String) -> String {
        let shortened = CheckpointName.shortened(name)
        if shortened != name {
            trainer.warnOnce(
                "a checkpoint's name is cut to the \(CheckpointName.maximumByteCount) bytes that a file's name can have: "
                    + "shorten saveName, or what appendMetadata(toCheckpointName:) adds")
        }
        return shortened
    }

    func checkpoint(
        at point: LoopPosition, written: [CheckpointName] = [], error: String? = nil
    ) throws -> Checkpoint {
        model.unsavedTensors = []
        let checkpoint = try Checkpoint(
            trainingState: state, resumePoint: point, model: model, plugins: trainer.plugins, data: data,
            gradients: hasPendingGradients ? PendingGradients.stateDict(of: model) : nil,
            progress: progress.stateDict(), threads: threads?.chosen,
            orderSeed: state.datasetIter > 0 ? orderSeed : nil,
            random: RandomState.current(seed: trainer.options.seed, device: trainer.options.device),
            logFile: trainer.logFile,
            written: written, interrupted: interrupted, saveNumber: saveCount, setupOptions: setupOptions.values,
            accumulationSteps: trainer.options.accumulation.batches, error: error)
        model.warnAboutUnsavedTensors(in: checkpoint.modelState)
        return checkpoint
    }

    /// Saves the state in which an error left a training that had begun. Returns the file, or `nil` if nothing was saved.
    func saveAfterError(_ error: any Error) -> URL? {
        guard let checkpoints, state.globalEpoch > 0 else { return nil }
        do {
            // What becomes of the one that is being written is told below.
            _ = writer.finish()
            let file = checkpoints.errorFile(state)
            let checkpoint = try checkpoint(at: .step, written: written, error: "\(error)")
            let outcome = CheckpointJob(state: checkpoint.stateDict(), files: [file], obsolete: []).run()
            if let failure = outcome.failure { throw failure }
            trainer.logger.info("saved \(file.path) after the error")
            return file
        } catch {
            trainer.warn("the state at the error cannot be saved: \(error)")
            return nil
        }
    }

    /// Whether gradients may be there that no step of the optimiser has used yet.
    private var hasPendingGradients: Bool {
        guard trainer.options.accumulation.batches > 1 else { return false }
        // By epoch a model may accumulate in its own way, whatever `isStepDue` says.
        return plan.length.unit == .epoch || state.globalIteration % trainer.options.accumulation.batches != 0
    }

    /// Restores the newest checkpoint. Returns its file; nil where there is none.
    func goOnFromNewest() throws -> URL? {
        guard let checkpoints, let entry = try checkpoints.newest(warn: trainer.warn) else { return nil }
        return try restore(entry) { checkpoint in
            let program = try OptionOverride(model)
            try checkpoint.restore(model, fastInit: false)
            try resolveOptions(checkpoint, program)
            try data.loadStateDict(checkpoint.data)
            try checkpoint.restore(trainer.plugins, warn: trainer.warn)
            try checkPosition(checkpoint)
            try takeOrder(checkpoint)
            try threads?.take(checkpoint.threads)
            try progress.loadStateDict(checkpoint.progress)
            written = try checkpoints.names(checkpoint.written)
            interrupted = Set(try checkpoints.names(checkpoint.interrupted).map(\.fileName))
            saveCount = checkpoint.saveNumber ?? 0
            // Last, since restoring may itself draw random numbers.
            try checkpoint.random.restore(device: trainer.options.device)
            state = checkpoint.trainingState
            savedState = state
            resumePoint = checkpoint.resumePoint
        }
    }

    /// Takes the order of the epoch that the checkpoint is in the middle of, if it was drawn.
    ///
    /// - Throws: `StateDictError` if the one of checkpoint and loader draws the order, and the other does not.
    private func takeOrder(_ checkpoint: Checkpoint) throws {
        guard checkpoint.trainingState.datasetIter > 0, let options = data.trainDataLoader?.options else { return }
        guard (checkpoint.orderSeed != nil) == (options.drawsLikePyTorch && options.shuffle) else {
            throw StateDictError(
                "it is from the middle of an epoch whose order was \(checkpoint.orderSeed == nil ? "not " : "")drawn from "
                    + "the standard generator: leave the loader's drawsLikePyTorch as it was, or resume from a checkpoint "
                    + "between two epochs")
        }
        orderSeed = checkpoint.orderSeed
    }

    /// Decides whether the checkpoint's options hold or the program's, where they differ.
    private func resolveOptions(_ checkpoint: Checkpoint, _ program: OptionOverride) throws {
        let saved = checkpoint.setupOptions.map { SetupOptions($0) }
        let before = try saved ?? SetupOptions(of: model).withoutChanging(model)
        let differences = setupOptions.differences(from: before)
        if let steps = checkpoint.accumulationSteps, steps != trainer.options.accumulation.batches {
            trainer.warn(
                "the checkpoint was trained with \(steps) batches in a step of the optimizer, this run has "
                    + "\(trainer.options.accumulation.batches): a step has other samples from here on")
        }
        guard !differences.isEmpty else { return }
        let list = differences.map(\.description).joined(separator: ", ")
        switch trainer.options.checkpoints?.onResume ?? .keep {
        case .keep:
            setupOptions = setupOptions.replaced(by: before)
            trainer.warn(
                "the program has other options than the checkpoint, whose options are kept: \(list); "
                    + "checkpoints: .in(…, onResume: .override) uses the program's")
        case .override:
            try program.apply(differences)
            trainer.announce("the program's options replace the checkpoint's: \(list)")
        }
    }

    /// How a training ended that was ended before, hooks and all, and that still has nothing left to do; nil otherwise.
    func outcomeOfEndedTraining() throws -> FitResult.Outcome? {
        guard let checkpoints, let last = trainer.lastCheckpoint,
            let ended = EndedTraining(in: checkpoints.folder), ended.checkpoint == last.lastPathComponent
        else { return nil }
        let outcome: FitResult.Outcome?
        if ended.isComplete {
            outcome = plan.length.isReached(by: completeUnits) ? .completed : nil
        } else {
            outcome = shouldStopEarly ? .stoppedEarly : try stopVoteAgain()
        }
        if let outcome {
            trainer.announce("the training has ended before: \(outcome), \(state.place); nothing is left to train")
        }
        return outcome
    }

    private var completeUnits: Int {
        plan.length.unit == .epoch ? completeEpochs : state.currentIteration
    }

    /// Notes that everything was done that belongs to the end of the training.
    func noteEnd(_ outcome: FitResult.Outcome) {
        guard let checkpoints, let last = trainer.lastCheckpoint, state == savedState else { return }
        do {
            try EndedTraining(checkpoint: last.lastPathComponent, isComplete: outcome == .completed)
                .write(to: checkpoints.folder)
        } catch {
            trainer.warn(
                "\(checkpoints.folder.path) cannot note that the training has ended: \(error.localizedDescription); when "
                    + "it is started again, its last hooks are called again")
        }
    }

    /// Lets `body` restore a checkpoint; an error of it names the file. The contents, which take as much memory as the
    /// model and its optimiser, go with the return.
    func restore(_ entry: CheckpointFolder.Entry, _ body: (Checkpoint) throws -> Void) throws -> URL {
        do {
            try hooks.run(.loadCheckpoint) { try body(entry.contents) }
        } catch {
            throw CheckpointError(path: entry.file.path, reason: "it does not fit the model or the data: \(error)")
        }
        trainer.lastCheckpoint = entry.file
        if let error = entry.contents.error {
            trainer.warn("\(entry.file.path) was saved after an error, perhaps in the middle of a step: \(error)")
        }
        return entry.file
    }

    /// Throws where the checkpoint stands in the middle of an epoch that the data no longer have.
    private func checkPosition(_ checkpoint: Checkpoint) throws {
        if checkpoint.random.seed != trainer.options.seed {
            trainer.warn(
                "the checkpoint was trained with the seed \(checkpoint.random.seed), this run has \(trainer.options.seed): "
                    + "from here on the order of the samples is another")
        }
        let position = checkpoint.trainingState
        guard position.datasetIter > 0, let saved = checkpoint.epochLayout, let loader = data.trainDataLoader else {
            return
        }
        let differences = saved.differences(from: try EpochLayout(loader, epoch: position.globalEpoch - 1))
        guard !differences.isEmpty else { return }
        throw StateDictError(
            "it is from the middle of an epoch of \(saved) (after batch \(position.datasetIter) of epoch "
                + "\(position.globalEpoch)), and other samples would come next, since these differ: "
                + differences.joined(separator: ", ")
                + ". Finish the epoch with the old values, or resume from a checkpoint between two epochs")
    }
}

/// A checkpoint that is being written.
struct SavingCheckpoint {
    /// Its file; nil where only plug-ins wanted one.
    let file: URL?
    let extras: [(plugin: Plugin, file: URL)]
    /// What may be removed at a later time, when it is there.
    let kept: [CheckpointName]

    var files: [URL] { (file.map { [$0] } ?? []) + extras.map(\.file) }
}
