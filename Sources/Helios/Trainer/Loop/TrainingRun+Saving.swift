import Foundation

// What the loops save, and when. The keeper does the rest.
extension TrainingRun {
    /// Saves the checkpoint that is due, if the model wants it, and those that plug-ins want.
    ///
    /// - Parameters:
    ///   - position: where the loop is.
    ///   - isEnd: whether the training ends here: then there is a checkpoint in any case.
    func saveCheckpoints(at position: LoopPosition = .saved, isDue: Bool, isEnd: Bool) throws {
        guard savesCheckpoints, isDue || isEnd || !status.plugins.isEmpty else { return }
        // A plug-in is told of its checkpoint before it is asked for the next one.
        if try ranks.first(.saving, keeper?.isSavingExtras ?? false) {
            try ranks.onFirst { try noteSavedCheckpoint(waiting: true) }
        } else {
            try noteSavedCheckpoint(waiting: false)
        }
        let extras = try hooks.extraCheckpoints(state: state)
        let isWanted = try isDue && hooks.shouldSaveCheckpoint()
        guard try ranks.first(.saving, isWanted || isEnd || !extras.isEmpty) else { return }
        try saveCheckpoint(at: position, isDue: isWanted || isEnd, extras: extras)
    }

    /// Saves the state in which something stopped the training, unless the newest checkpoint has it.
    func saveEnd(at position: LoopPosition) throws {
        if try ranks.first(.saving, keeper?.hasSaved(state) ?? false) {
            // It was saved because of an interruption, and the log does not say so, since there might have been none.
            if let name = status.lastCheckpoint?.lastPathComponent, status.log.lastSaving != state.globalIteration {
                status.log.noteSaving(name, after: state.globalIteration)
            }
            return
        }
        try saveCheckpoint(at: position, isDue: true, extras: [])
    }

    /// Saves the moment of an interruption, from which a run resumes as if there had been none.
    ///
    /// - Parameter logs: what the logs had at this moment, if they have more now.
    func interrupt(
        _ interruption: Interruption, at position: LoopPosition, logs: StateDict? = nil
    ) throws -> FitResult.Outcome {
        try saveCheckpoint(at: position, isDue: true, extras: [], isInterruption: true, logs: logs)
        return .interrupted(interruption)
    }

    /// Saves a checkpoint of this moment. If another thread writes it, this returns when its state has been copied.
    ///
    /// - Parameters:
    ///   - isInterruption: whether an uninterrupted run has no such checkpoint.
    ///   - logs: what the checkpoint says of the logs; `nil` for what they have now.
    private func saveCheckpoint(
        at position: LoopPosition, isDue: Bool, extras: [(plugin: Plugin, checkpoint: ExtraCheckpoint)],
        isInterruption: Bool = false, logs: StateDict? = nil
    ) throws {
        guard savesCheckpoints else { return }
        // A loss that is not a number must not be in a checkpoint.
        try readPostponedLosses()
        // Before the ranks meet to tell their states.
        try ranks.onFirst { try noteSavedCheckpoint(waiting: true) }
        guard let keeper else {
            // The model may need all ranks to tell its state.
            try hooks.run(.saveCheckpoint) { _ = try checkpoint(at: position, CheckpointHistory()) }
            try ranks.onFirst {}
            return
        }
        try ranks.onFirst {
            try handToKeeper(
                keeper, checkpointAt: position, isDue: isDue, extras: extras, isInterruption: isInterruption, logs: logs
            )
        }
    }

    /// Names the checkpoint of this moment, says so in the log, and hands it to the keeper, which writes it.
    private func handToKeeper(
        _ keeper: CheckpointKeeper, checkpointAt position: LoopPosition, isDue: Bool,
        extras: [(plugin: Plugin, checkpoint: ExtraCheckpoint)], isInterruption: Bool, logs: StateDict?
    ) throws {
        let saved = try hooks.run(.saveCheckpoint) {
            let base = CheckpointName.base(saveName: model.saveName, state)
            let name = isDue ? try shortened(model.appendMetadata(toCheckpointName: base)) : nil
            // Before the state is taken, so that the log of a run that resumes from it has the line, too. A run that
            // was not interrupted does not have it.
            if !isInterruption {
                for extra in extras {
                    status.log.info("saving \(extra.checkpoint.folder)/\(extra.checkpoint.name).pth")
                }
                if let name { status.log.noteSaving("\(name).pth", after: state.globalIteration) }
            }
            return try keeper.save(name, of: state, isInside: isInside(position), extras: extras) { history in
                try checkpoint(at: position, history, logs: logs).stateDict()
            }
        }
        if let saved { try tell(of: saved) }
    }

    /// Takes note of the checkpoint that is being written, if it is done, or `waiting` until it is.
    ///
    /// - Throws: why it could not be written, `CheckpointError`; what a plug-in threw that was told of it.
    func noteSavedCheckpoint(waiting: Bool) throws {
        guard let keeper, keeper.isSaving else { return }
        guard let saved = waiting ? hooks.measure(.saveCheckpoint, keeper.finish) : keeper.poll() else { return }
        try tell(of: saved)
    }

    private func tell(of saved: CheckpointKeeper.Saved) throws {
        for warning in saved.outcome.warnings { status.log.warn(warning) }
        if let file = saved.newest { status.lastCheckpoint = file }
        for extra in saved.extras { try hooks.onExtraCheckpointSaved(extra.file, for: extra.plugin) }
        if let failure = saved.outcome.failure { try hooks.run(.saveCheckpoint) { throw failure } }
    }

    /// Whether what is saved here is not the end of a step or an epoch, so that it does not stay for good.
    private func isInside(_ position: LoopPosition) -> Bool {
        switch position {
        case .start, .batch, .validation, .lastValidation, .validated: true
        case .saved, .ended: plan.length.unit == .epoch && state.datasetIter > 0
        }
    }

    /// A name that a file can have: a long name that the metadata make must not end a training after its first epoch.
    private func shortened(_ name: String) -> String {
        let shortened = CheckpointName.shortened(name)
        if shortened != name {
            status.log.warnOnce(
                "a checkpoint's name is cut to the \(CheckpointName.maximumByteCount) bytes that a file's name can have: "
                    + "shorten saveName, or what appendMetadata(toCheckpointName:) adds")
        }
        return shortened
    }

    /// The contents of a checkpoint of this moment.
    func checkpoint(
        at position: LoopPosition, _ history: CheckpointHistory, logs: StateDict? = nil, error: String? = nil
    ) throws -> Checkpoint {
        model.unsavedTensors = []
        let own = RankState(
            random: try RandomState.current(seed: status.options.seed, device: status.options.device),
            gradients: hasPendingGradients ? try PendingGradients.stateDict(of: model) : nil)
        // After an error the other ranks do not answer.
        let states = ranks.areSeveral && error == nil ? try ranks.gather(own.stateDict()).map { try RankState($0) } : []
        var progressState = progress.stateDict()
        if status.skippedSamples.total > 0 {
            progressState["skipped"] = .dictionary(status.skippedSamples.stateDict())
        }
        let checkpoint = try Checkpoint(
            trainingState: state, position: position, model: model, plugins: status.plugins, data: data,
            gradients: states.isEmpty ? own.gradients : RankState.meanGradients(of: states),
            progress: progressState,
            orderSeed: state.datasetIter > 0 ? orderSeed : nil,
            batches: state.datasetIter > 0
                ? batches.map { try $0.position(ofBatch: state.datasetIter) } ?? batchesPosition : nil,
            validationTime: validationTime, random: own.random, ranks: states,
            logs: try logs ?? logState(), environment: EnvironmentDescription.current.stateDict(),
            configuration: status.configuration, history: history, accumulationSteps: batchesPerStep, error: error)
        model.warnAboutUnsavedTensors(in: checkpoint.modelState)
        return checkpoint
    }

    /// Saves the state in which an error left a training that had begun. Returns the file; `nil` if nothing was saved.
    func saveAfterError(_ error: any Error) -> URL? {
        guard let keeper, state.globalEpoch > 0 else { return nil }
        do {
            let file = try keeper.saveAfterError(state) { history in
                try checkpoint(at: .batch, history, error: "\(error)").stateDict()
            }
            status.log.info("saved \(file.path) after the error")
            return file
        } catch {
            status.log.warn("the state at the error cannot be saved: \(error)")
            return nil
        }
    }

    /// Whether there may be gradients that no step of the optimizer has used yet.
    private var hasPendingGradients: Bool {
        guard status.options.accumulation.most > 1 else { return false }
        // By epoch a model may accumulate in its own way, whatever `isStepDue` says.
        return plan.length.unit == .epoch || batchesSinceStep(in: state, of: batchesPerStep) != 0
    }

    /// Notes that everything was done that belongs to the end of the training.
    func noteEnd(_ outcome: FitResult.Outcome) {
        guard let keeper, let last = status.lastCheckpoint, keeper.hasSaved(state) else { return }
        do {
            try keeper.noteEnd(at: last, isComplete: outcome == .completed, logs: logState())
        } catch {
            status.log.warn(
                "\(keeper.folder.folder.path) cannot note that the training has ended: \(error.localizedDescription); "
                    + "when it is started again, its last hooks are called again")
        }
    }
}
