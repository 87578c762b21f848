import Foundation

/// One run of a model: what `Trainer.fit`, `test` and `predict` do, from the first call to the last.
///
/// `fit` is here. What it does in turn: TrainingRun+Setup.swift sets up, TrainingRun+Resume.swift restores a
/// checkpoint, TrainingRun+Epoch.swift and TrainingRun+Iteration.swift are the loops, TrainingRun+Batch.swift trains on
/// a batch, TrainingRun+Validation.swift validates, TrainingRun+Saving.swift saves.
final class TrainingRun<Batch: Sendable> {
    /// What hooks and the program see of the run.
    let status: RunStatus
    let model: Model<Batch>
    let data: DataModule<Batch>
    /// The hooks of plug-ins and model.
    let hooks: RunHooks<Batch>
    /// What the process and the model's parts have for the run.
    let environment: RunEnvironment
    /// What the run does of what the options say.
    var plan: RunPlan
    /// Shows how far the run is.
    var progress: ProgressReporter
    /// The checkpoint folder; `nil` if the run saves none.
    var keeper: CheckpointKeeper?
    /// What the order of the epoch under way was drawn from, if it was drawn.
    var orderSeed: UInt64?
    /// The batches of the epoch that is under way.
    var batches: Batches<Batch>?
    /// What the loader must know to continue the epoch that the checkpoint is in the middle of.
    var batchesPosition: StateDict?

    /// How far training is.
    var state: TrainingState {
        get { status.state }
        set { status.state = newValue }
    }

    /// - Parameter trainer: what hooks see as their trainer.
    init(
        _ status: RunStatus, for trainer: any RunContext, _ kind: RunPlan.Kind, _ model: Model<Batch>,
        _ data: DataModule<Batch>
    ) {
        self.status = status
        environment = RunEnvironment(status.ranks)
        self.model = model
        self.data = data
        plan = RunPlan(kind, status.options)
        progress = ProgressReporter(status.options, status.plugins, status.log)
        hooks = RunHooks(model, status.plugins, status.ranks, for: trainer)
        hooks.measureTimes(status.options.diagnostics.contains(.profile) && !plan.isProbe)
    }

    func fit() throws -> FitResult {
        environment.watchForInterruptions(status)
        let previous = try setUp(fastInit: false)
        try openCheckpointFolder()
        let resumed = try resumeFromNewest()
        // What the hooks up to the first step draw, an uninterrupted run did not draw here.
        try keepingRandomState(if: resumed != nil) {
            try printBanner(resumed.map { "resuming from \($0.file.path) (\(state.place))" })
        }
        // Early, before a hook does work on it.
        try checkTrainingData()
        if let outcome = try outcomeOfEndedTraining() {
            model.weightOrigin = .trained(state)
            return result(outcome)
        }
        if ranks.isFirst { try status.whenTrainingBegins?() }
        try beginLogs(resuming: resumed?.logs)
        warnOfUnusedOptions(isResumed: resumed != nil)
        if resumed == nil {
            if plan.writesFiles { warnOfLostWeights(previous.origin) }
            try beginRandomNumbersOfRank()
            try sanityCheck()
        }

        try repeating(if: resumed != nil) {
            try hooks.onTrainingStart()
            try hooks.train()
        }
        status.loggers.endBeginning()
        let position = resumed?.position ?? .start
        environment.validationClock.start()
        let outcome =
            switch plan.length.unit {
            case .epoch: try trainByEpoch(from: position)
            case .iteration: try trainByIteration(from: position)
            }
        if outcome == .completed || outcome == .stoppedEarly { try requireOptimizerStep() }
        try endTraining(outcome)
        try shareLastCheckpoint()
        return result(outcome)
    }

    private func result(_ outcome: FitResult.Outcome) -> FitResult {
        FitResult(
            outcome: outcome, state: state, validationScores: model.validationScores,
            skippedSamples: status.skippedSamples)
    }

    private func endTraining(_ outcome: FitResult.Outcome) throws {
        try readPostponedLosses()
        try ranks.onFirst { try noteSavedCheckpoint(waiting: true) }
        try requireSameNetworks()
        try model.gradientExchange?.shareBuffers()
        let end = "training ended: \(outcome), \(state.place)"
        if case .interrupted(let interruption) = outcome {
            // A signal to all processes ends them, too: that is no news.
            if case .signal = interruption { ranks.world?.expectEnds() }
            // The lines about what is under way are for the run that continues it.
            progress.end()
            try hooks.onTrainingEnd()
            announceSkippedSamples()
            if status.isResumeCheck {
                status.log.info(end)
            } else {
                status.log.warn(end + (savesCheckpoints ? "; run it again to resume" : ""))
            }
        } else {
            progress.endTraining()
            try hooks.onTrainingEnd()
            announceSkippedSamples()
            status.log.info(end)
            try ranks.onFirst { noteEnd(outcome) }
        }
        model.weightOrigin = plan.writesFiles ? .trained(state) : .probe
    }

    /// Says how many samples the run left out, if there are any.
    func announceSkippedSamples() {
        let skipped = status.skippedSamples
        guard skipped.total > 0 else { return }
        status.announce("samples that failed and were left out: \(skipped)")
    }

    func fastRun() throws -> FitResult {
        let result = try fit()
        if case .interrupted = result.outcome { return result }
        // There and back, so that a state that cannot be saved or restored is found.
        let saved = try checkpoint(at: .batch, CheckpointHistory()).stateDict()
        try hooks.run(.loadCheckpoint) { try Checkpoint(saved).restore(model, fastInit: false) }
        if data.testDataLoader != nil { try test() }
        status.log.print("fast run: everything works")
        return result
    }

    /// The processes that do the run together.
    var ranks: Ranks { status.ranks }

    /// For messages: where the run is.
    var place: String {
        var parts = [hooks.place]
        if let evaluated = hooks.evaluated {
            parts.append("batch \(evaluated.batch + 1) of the \(evaluated.phase.noun)")
        }
        if state.globalEpoch > 0 {
            parts += ["epoch \(state.globalEpoch)", "iteration \(state.currentIteration)"]
            // The state counts a batch when its step is over.
            let batch = state.datasetIter + (hooks.current.isOfTrainingBatch ? 1 : 0)
            if hooks.evaluated == nil, batch > 0 { parts.append("batch \(batch)") }
        }
        return parts.joined(separator: ", ")
    }

    /// Runs `body` so that the random numbers afterwards are those that would have come without it.
    func keepingRandomState(if isKept: Bool, _ body: () throws -> Void) throws {
        guard isKept else { return try body() }
        let random = try RandomState.current(seed: status.options.seed, device: status.options.device)
        try body()
        try random.restore(device: status.options.device)
    }
}
