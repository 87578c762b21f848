import Foundation

/// One run of a model: what `Trainer.fit` and `Trainer.test` do, from the first call to the last.
///
/// The loops are in TrainingRun+Epoch.swift and TrainingRun+Iteration.swift; what comes of a checkpoint, and in it, in
/// TrainingRun+Checkpoints.swift.
final class TrainingRun<Batch: Sendable> {
    let trainer: Trainer
    private(set) var plan: RunPlan
    let model: Model<Batch>
    let data: DataModule<Batch>
    let progress: ProgressReporter
    let hooks: RunHooks<Batch>
    var state = TrainingState() {
        didSet { trainer.state = state }
    }
    /// Where in the loop the checkpoint was saved that this run goes on from; nil from its next step on, and where the
    /// run is new.
    var resumePoint: LoopPosition?
    /// The batch of a validation, a test or a prediction that is under way, the first being 0.
    var evaluated: (phase: BatchPhase, batch: Int)?

    private let kind: RunPlan.Kind
    private(set) var checkpoints: CheckpointFolder?
    private var lock: FolderLock?
    private(set) var writer: CheckpointWriter
    /// The checkpoint that is being written.
    var saving: SavingCheckpoint?
    /// The checkpoints that this training wrote, before an interruption too, and does not keep for ever.
    var written: [CheckpointName] = []
    /// The names of those among them that an interruption saved.
    var interrupted: Set<String> = []
    /// How many checkpoints this training has saved, before an interruption too.
    var saveCount = 0
    /// The state in the newest checkpoint of this training; nil before the first.
    var savedState: TrainingState?
    /// The options that the optimizers and schedulers were given, as the next checkpoint notes them.
    var setupOptions = SetupOptions([:])
    /// The plug-ins' states that belong to the weights that a test uses as they are.
    private var keptPlugins: [(plugin: Plugin, state: StateDict?)] = []
    /// What the order of the epoch under way was drawn from, if it was drawn.
    var orderSeed: UInt64?
    private var timer = AverageTimer()
    private var monitor: InterruptionMonitor?
    private(set) var threads: ThreadControl?
    private var nanGuard: NaNGuard?
    private var optimizerTimers: OptimizerTimers?
    private(set) var accumulationWatch: AccumulationWatch?
    private let wasDeterministic = LibTorch.isDeterministic
    /// Where the weights came from that `setup` replaced.
    private var replacedOrigin = WeightOrigin.setup

    init(_ trainer: Trainer, _ kind: RunPlan.Kind, _ model: Model<Batch>, _ data: DataModule<Batch>) {
        self.trainer = trainer
        self.kind = kind
        self.model = model
        self.data = data
        plan = RunPlan(kind, trainer.options)
        writer = CheckpointWriter(trainer.options.checkpoints?.writing ?? .sync)
        progress = ProgressReporter(trainer)
        let isProfiled = trainer.options.diagnostics.contains(.profile) && !plan.isTrial
        hooks = RunHooks(model, trainer.plugins, times: isProfiled ? ActivityTimes() : nil)
    }

    // MARK: Training

    func fit() throws -> FitResult {
        let monitor = InterruptionMonitor(trainer)
        self.monitor = monitor
        try setUp(fastInit: false)
        if let root = trainer.options.checkpoints?.folder, plan.writesFiles {
            let (folder, lock) = try CheckpointFolder.create(in: root, saveName: model.saveName)
            checkpoints = folder
            self.lock = lock
            if !lock.isHeld {
                trainer.warn("\(folder.folder.path) cannot be locked: see that nothing else trains there")
            }
        }
        let checkpoint = try goOnFromNewest()
        // What the hooks up to the first step draw, an uninterrupted run did not draw here.
        try keepingRandomState(if: checkpoint != nil) {
            try printBanner(checkpoint.map { "going on from \($0.path) (\(state.place))" })
        }
        // Early, before a hook does work on it.
        try checkTrainingData()
        if let outcome = try outcomeOfEndedTraining() {
            model.weightOrigin = .trained(state)
            return FitResult(outcome: outcome, state: state)
        }
        warnOfUnusedOptions()
        if checkpoint == nil {
            warnOfLostWeights()
            try sanityCheck()
        }

        try keepingRandomState(if: checkpoint != nil) {
            try hooks.onTrainingStart()
            try hooks.train()
        }
        let outcome =
            switch plan.length.unit {
            case .epoch: try trainByEpoch()
            case .iteration: try trainByIteration()
            }
        if outcome == .completed { try requireOptimizerStep() }
        try endTraining(outcome)
        return FitResult(outcome: outcome, state: state)
    }

    private func endTraining(_ outcome: FitResult.Outcome) throws {
        try settleLosses()
        try collectSaved(waiting: true)
        let end = "training ended: \(outcome), \(state.place)"
        if case .interrupted = outcome {
            // The lines about what is under way are for the run that goes on with it.
            progress.end()
            try hooks.onTrainingEnd()
            trainer.warn(end + (checkpoints == nil ? "" : "; run it again to go on"))
        } else {
            progress.endTraining()
            try hooks.onTrainingEnd()
            trainer.logger.info("\(end)")
            noteEnd(outcome)
        }
        model.weightOrigin = plan.writesFiles ? .trained(state) : .trial
    }

    /// Begins an epoch, or goes on with the one of the checkpoint, which counts it already. Returns its loader.
    func beginEpoch() throws -> DataLoader<Batch> {
        trainer.isResumingEpoch = state.datasetIter > 0
        defer { trainer.isResumingEpoch = false }
        if !trainer.isResumingEpoch { state.globalEpoch += 1 }
        trainer.logger.info("epoch \(state.globalEpoch) starts")
        let loader = try data.requiredTrainLoader()
        progress.beginEpoch(state, batchCount: loader.batchCount)
        try keepingRandomState(if: trainer.isResumingEpoch) {
            try hooks.onTrainingEpochStart(currentEpoch: state.globalEpoch)
        }
        return loader
    }

    /// The batches of the epoch that are not over.
    func remainingBatches(of loader: DataLoader<Batch>) throws -> Batches<Batch> {
        // What was between the epochs does not count.
        timer.start()
        // The order of an epoch that a checkpoint is in the middle of was drawn when the epoch began.
        if state.datasetIter == 0 { orderSeed = try loader.drawOrderSeed() }
        return try loader.batches(epoch: state.globalEpoch - 1, from: state.datasetIter, orderSeed: orderSeed)
    }

    /// The next batch; nil where the epoch, or what is validated or tested on, is over.
    func next(of batches: Batches<Batch>) throws -> Batch? {
        try hooks.run(.nextBatch) { try batches.next() }
    }

    /// What happens with each training batch, in both loops.
    func train(on batch: Batch, shouldLog: Bool) throws {
        trainer.accumulation = accumulationWindow
        let batch = try hooks.processTrainingBatch(hooks.batchToDevice(batch, phase: .train), state: state)
        try hooks.onTrainingBatchStart(state: state)
        try threads?.beginStep()
        try hooks.trainStep(batch, state: state)
        checkAccumulation()
        if let choice = try threads?.endStep() { trainer.print("\(choice)") }
        state.averageIterTime = timer.record()
        try hooks.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        try noteLosses(waiting: shouldLog)
        state.datasetIter += 1
        resumePoint = nil
        // A full disk should show now, not at the end of an epoch of hours.
        try collectSaved(waiting: false)
    }

    /// Tells the progress of a step that is over, and of the losses that are known.
    private func noteLosses(waiting: Bool) throws {
        guard model.postponesLosses else { return progress.step(state, model.lossTable.last) }
        progress.step(state, nil)
        // So many that waiting for them costs little, so few that one that is no number shows soon.
        if waiting || model.lossTable.hasFailed || model.lossTable.pendingCount >= 32 { try settleLosses() }
    }

    /// Reads the losses that are still on a device.
    func settleLosses() throws {
        try model.lossTable.settle()
        for losses in model.lossTable.takeRead() { progress.add(losses) }
    }

    /// Whether there was no improvement for as long as early stopping allows.
    var shouldStopEarly: Bool {
        trainer.options.validation?.stopAfter.map { state.earlyStopCount >= $0 } ?? false
    }

    /// Whether a frequency falls on this count.
    func isDue(_ frequency: Int?, at count: Int) -> Bool {
        frequency.map { count % $0 == 0 } ?? false
    }

    // MARK: Stopping from outside

    /// What asks the training to end, if anything does: looked at after each step.
    var interruption: Interruption? { monitor?.interruption }

    /// Saves a checkpoint of the step that is over, from which a run goes on as if there had been no interruption.
    func interrupt(_ interruption: Interruption, at point: LoopPosition = .step) throws -> FitResult.Outcome {
        try saveCheckpoint(at: point, isDue: true, extras: [])
        return .interrupted(interruption)
    }

    /// For messages: where the run is.
    var position: String {
        var parts = [hooks.position]
        if let evaluated { parts.append("batch \(evaluated.batch + 1) of the \(evaluated.phase.noun)") }
        if state.globalEpoch > 0 {
            parts += ["epoch \(state.globalEpoch)", "iteration \(state.currentIteration)"]
            // The state counts a batch when its step is over.
            let batch = state.datasetIter + (hooks.current.isOfTrainingBatch ? 1 : 0)
            if evaluated == nil, batch > 0 { parts.append("batch \(batch)") }
        }
        return parts.joined(separator: ", ")
    }

    // MARK: Beginning and end

    /// - Parameter fastInit: for a test or a prediction. Then a model whose weights are tested as they are is not set up
    ///   again, and its plug-ins keep their states.
    func setUp(fastInit: Bool) throws {
        if plan.writesFiles { trainer.lastCheckpoint = nil }
        let keepsWeights = fastInit && model.weightOrigin.isTested
        if keepsWeights {
            keptPlugins = try trainer.plugins.map { ($0, $0.model === model ? try $0.stateDict() : nil) }
        }
        data.trainer = trainer
        data.seed = trainer.options.seed
        try hooks.run(.prepareData, data.prepareData)
        try trainer.configureRun { try hooks.configure(trainer, &$0) }
        if !fastInit, case .full = kind { try trainer.requireLength() }
        try trainer.openLog(self)
        plan = RunPlan(kind, trainer.options)
        writer = CheckpointWriter(trainer.options.checkpoints?.writing ?? .sync)
        try manualSeed(trainer.options.seed)
        try LibTorch.setDeterministic(trainer.options.deterministic)
        threads = try ThreadControl(trainer, canMeasure: !plan.isTrial)
        try hooks.setUpPlugins(device: trainer.options.device)

        data.reset()
        data.limits = plan.limits
        try hooks.run(.dataSetup, data.setup)

        trainer.hasValidationData = data.validDataLoader != nil

        model.trainer = trainer
        model.dataModule = data
        if keepsWeights, model.device != trainer.options.device {
            for (_, network) in model.namedNetworks() { try network.to(trainer.options.device) }
        }
        model.device = trainer.options.device
        model.mapLocation = trainer.options.device
        model.unwrittenHooks = []
        // A trial looks at the loss of each step.
        model.postponesLosses = !plan.isTrial && trainer.options.device != .cpu
        if !fastInit { model.forgetTraining() }
        if !keepsWeights {
            model.mixedPrecision = nil
            replacedOrigin = model.weightOrigin
            // Until the training has ended well.
            if !fastInit { model.weightOrigin = plan.writesFiles ? .failure : .trial }
            if !plan.writesFiles { warnOfLostWeights() }
            try hooks.setup(fastInit: fastInit)
            model.noteSetupTensors()
            if !fastInit { setupOptions = try SetupOptions(of: model) }
        }
        if trainer.options.diagnostics.contains(.nanGuard) { nanGuard = NaNGuard(model) }
        if let times = hooks.times { optimizerTimers = OptimizerTimers(model, times) }
        if !fastInit, trainer.options.accumulation.batches > 1 { accumulationWatch = AccumulationWatch(model) }
    }

    /// Cleans up; what fails is told to `failed`, and the rest goes on.
    func teardown(_ failed: (any Error) -> Void) {
        // First, so that a signal does not end the process while a checkpoint is written.
        do { try collectSaved(waiting: true) } catch { failed(error) }
        lock?.release()
        monitor = nil
        nanGuard?.remove()
        optimizerTimers?.remove()
        accumulationWatch?.remove()
        do { try threads?.restore() } catch { failed(error) }
        do { try LibTorch.setDeterministic(wasDeterministic) } catch { failed(error) }
        for plugin in trainer.plugins {
            do { try plugin.teardown() } catch { failed(error) }
        }
        do { try data.teardown() } catch { failed(error) }
    }

    /// Prints where the time went, where that was asked for.
    func printProfile() {
        guard let times = hooks.times else { return }
        trainer.print("\(TimeTable(times))")
    }

    /// Runs `body` so that the random numbers afterwards are those that would have come without it.
    func keepingRandomState(if isKept: Bool, _ body: () throws -> Void) throws {
        guard isKept else { return try body() }
        let random = try RandomState.current(seed: trainer.options.seed, device: trainer.options.device)
        try body()
        try random.restore(device: trainer.options.device)
    }

    /// Gives the plug-ins back what they had when the weights were trained that a test uses.
    func restoreKeptPlugins() throws {
        for (plugin, state) in keptPlugins {
            if let state {
                try plugin.loadStateDict(state)
            } else if plugin.overrides.contains(.evaluationWeights) {
                trainer.warn(
                    "the plug-in '\(plugin.id)' was not there when the model was trained: the weights are used as they "
                        + "are")
            }
        }
    }

    /// Warns if the model was trained in this process and starts from new weights now.
    private func warnOfLostWeights() {
        guard replacedOrigin.isTraining else { return }
        replacedOrigin = .setup
        trainer.warn(
            "the model was trained before in this process, and starts again from new weights: to continue a training, "
                + "give the trainer a checkpoint folder; to keep its weights, use another model")
    }

    private func checkTrainingData() throws {
        let loader = try data.requiredTrainLoader()
        let shape = try EpochLayout(loader)
        if shape.batchSize > shape.sampleCount {
            trainer.warn("the batch size is larger than the training data (\(shape)): an epoch is one batch")
        }
        if plan.length.count == nil, plan.length.timeLimit == nil, plan.writesFiles,
            trainer.options.validation?.stopAfter == nil, trainer.plugins.isEmpty
        {
            trainer.warn(
                "there is no limit of steps or time and no early stopping: only the model's shouldTrainingStop ends "
                    + "training")
        }
    }

    func printBanner(_ line: String?) throws {
        let banner = try hooks.append(toBanner: Banner.text(device: trainer.options.device, seed: trainer.options.seed))
        if trainer.options.display.contains(.banner) { trainer.console.printLine(banner) }
        trainer.logger.info("\(banner)")
        if let line { trainer.announce(line) }
    }
}
