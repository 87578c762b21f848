import Foundation

extension TrainingRun {
    /// Saves the checkpoint that is due, where the model wants it, and those that plug-ins want.
    func saveCheckpoints(isDue: Bool) throws {
        guard let checkpoints else { return }
        let extras = try hooks.extraCheckpoints(state: state)
        let isWanted = try isDue && hooks.shouldSaveCheckpoint()
        guard isWanted || !extras.isEmpty else { return }
        try saveCheckpoint(at: .saved, into: checkpoints, isDue: isWanted, extras: extras)
    }

    func saveCheckpoint(
        at point: ResumePoint, into checkpoints: CheckpointFolder, isDue: Bool,
        extras: [(plugin: Plugin, checkpoint: ExtraCheckpoint)]
    ) throws {
        let checkpoint = try hooks.run(.saveCheckpoint) {
            let name = try model.appendMetadata(
                toCheckpointName: CheckpointName.base(saveName: model.saveName, state))
            let checkpoint = try self.checkpoint(at: point)
            if isDue {
                let file = try checkpoints.save(checkpoint, name: name)
                trainer.lastCheckpoint = file
                trainer.logger.info("saved \(file.path)")
            }
            return checkpoint
        }
        for extra in extras {
            let file = try hooks.run(.saveCheckpoint) { try checkpoints.save(checkpoint, extra.checkpoint) }
            trainer.logger.info("saved \(file.path)")
            try hooks.onExtraCheckpointSaved(file, for: extra.plugin)
        }
    }

    func checkpoint(at point: ResumePoint) throws -> Checkpoint {
        try Checkpoint(
            trainingState: state, resumePoint: point, model: model, plugins: trainer.plugins, data: data,
            gradients: hasPendingGradients ? PendingGradients.stateDict(of: model) : nil,
            progress: progress.stateDict(), threads: threads?.chosen,
            random: RandomState.current(seed: trainer.randomSeed, device: trainer.device), logFile: trainer.logFile)
    }

    /// Whether gradients may be there that no step of the optimiser has used yet.
    private var hasPendingGradients: Bool {
        guard trainer.accumulationSteps > 1 else { return false }
        // By epoch the model counts for itself, and nobody knows how.
        return trainer.trainUnit == .epoch || state.globalIteration % trainer.accumulationSteps != 0
    }

    /// Restores the newest checkpoint. Returns its file; nil where there is none.
    func goOnFromNewest() throws -> URL? {
        guard let entry = try checkpoints?.newest(warn: trainer.warn) else { return nil }
        return try restore(entry) { checkpoint in
            try checkpoint.restore(model, fastInit: false)
            try data.loadStateDict(checkpoint.data)
            try checkpoint.restore(trainer.plugins, warn: trainer.warn)
            try checkPosition(checkpoint)
            try threads?.take(checkpoint.threads)
            try progress.loadStateDict(checkpoint.progress)
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
