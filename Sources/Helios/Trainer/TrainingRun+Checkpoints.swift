import Foundation

extension TrainingRun {
    /// Saves the checkpoint that is due, where the model wants it, and those that plug-ins want.
    func saveCheckpoints(isDue: Bool) throws {
        guard checkpoints != nil else { return }
        // A plug-in is told of its checkpoint before it is asked for the next one.
        try collectSaved(waiting: saving?.extras.isEmpty == false)
        let extras = try hooks.extraCheckpoints(state: state)
        let isWanted = try isDue && hooks.shouldSaveCheckpoint()
        guard isWanted || !extras.isEmpty else { return }
        try saveCheckpoint(at: .saved, isDue: isWanted, extras: extras)
    }

    /// Saves a checkpoint of this moment. Where another thread writes it, this returns when its state has been copied.
    func saveCheckpoint(
        at point: ResumePoint, isDue: Bool, extras: [(plugin: Plugin, checkpoint: ExtraCheckpoint)]
    ) throws {
        guard let checkpoints else { return }
        // One that is no number must not be in a checkpoint.
        try settleLosses()
        try collectSaved(waiting: true)
        let outcome = try hooks.run(.saveCheckpoint) {
            let base = CheckpointName.base(saveName: model.saveName, state)
            let name =
                isDue ? try checkpoints.name(model.appendMetadata(toCheckpointName: base), of: state) : nil
            let decision = name.map {
                trainer.checkpointRetention.decide(written, newest: $0, unit: trainer.trainUnit)
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

    func checkpoint(at point: ResumePoint, written: [CheckpointName] = []) throws -> Checkpoint {
        try Checkpoint(
            trainingState: state, resumePoint: point, model: model, plugins: trainer.plugins, data: data,
            gradients: hasPendingGradients ? PendingGradients.stateDict(of: model) : nil,
            progress: progress.stateDict(), threads: threads?.chosen,
            random: RandomState.current(seed: trainer.randomSeed, device: trainer.device), logFile: trainer.logFile,
            written: written)
    }

    /// Whether gradients may be there that no step of the optimiser has used yet.
    private var hasPendingGradients: Bool {
        guard trainer.accumulationSteps > 1 else { return false }
        // By epoch the model counts for itself, and nobody knows how.
        return trainer.trainUnit == .epoch || state.globalIteration % trainer.accumulationSteps != 0
    }

    /// Restores the newest checkpoint. Returns its file; nil where there is none.
    func goOnFromNewest() throws -> URL? {
        guard let checkpoints, let entry = try checkpoints.newest(warn: trainer.warn) else { return nil }
        return try restore(entry) { checkpoint in
            try checkpoint.restore(model, fastInit: false)
            try data.loadStateDict(checkpoint.data)
            try checkpoint.restore(trainer.plugins, warn: trainer.warn)
            try checkPosition(checkpoint)
            try threads?.take(checkpoint.threads)
            try progress.loadStateDict(checkpoint.progress)
            written = try checkpoints.names(checkpoint.written)
            // Last, since restoring may itself draw random numbers.
            try checkpoint.random.restore(device: trainer.device)
            state = checkpoint.trainingState
            resumePoint = checkpoint.resumePoint
        }
    }

    /// Restores the networks of a checkpoint, or of the newest, or lets the model load them.
    func loadTrained(_ file: URL?, what: String) throws {
        let entry =
            if let file {
                CheckpointFolder.Entry(file: file, contents: try CheckpointFolder.read(file))
            } else {
                try trainer.checkpointRoot
                    .flatMap { CheckpointFolder.existing(in: $0, saveName: model.saveName) }?
                    .newest(warn: trainer.warn)
            }
        guard let entry else {
            try hooks.loadForTesting()
            return try printBanner("\(what) the loaded model")
        }
        let path = try restore(entry) { checkpoint in
            try checkpoint.restore(model, fastInit: true)
            try checkpoint.restore(trainer.plugins, warn: trainer.warn)
        }
        try printBanner("\(what) \(path.path)")
    }

    /// Lets `body` restore a checkpoint; an error of it names the file. The contents, which take as much memory as the
    /// model and its optimiser, go with the return.
    private func restore(_ entry: CheckpointFolder.Entry, _ body: (Checkpoint) throws -> Void) throws -> URL {
        do {
            try hooks.run(.loadCheckpoint) { try body(entry.contents) }
        } catch {
            throw CheckpointError(path: entry.file.path, reason: "it does not fit the model or the data: \(error)")
        }
        trainer.lastCheckpoint = entry.file
        return entry.file
    }

    /// Throws where the checkpoint stands in the middle of an epoch that the data no longer have.
    private func checkPosition(_ checkpoint: Checkpoint) throws {
        if checkpoint.random.seed != trainer.randomSeed {
            trainer.warn(
                "the checkpoint was trained with the seed \(checkpoint.random.seed), this run has \(trainer.randomSeed): "
                    + "from here on the order of the samples is another")
        }
        guard checkpoint.trainingState.datasetIter > 0, let saved = checkpoint.epochShape,
            let current = data.trainDataLoader.map({ EpochShape($0) }), !saved.fits(current)
        else { return }
        throw StateDictError(
            "it is from the middle of an epoch of \(saved), and the data now are \(current): go on with the same, or from "
                + "a checkpoint between two epochs")
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
