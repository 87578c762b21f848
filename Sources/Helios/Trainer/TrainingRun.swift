import Foundation

/// One run of a model: what `Trainer.fit` and `Trainer.test` do, from the first call to the last.
///
/// The loops are in TrainingRun+Epoch.swift and TrainingRun+Iteration.swift.
final class TrainingRun<Batch: Sendable> {
    let trainer: Trainer
    let model: Model<Batch>
    let data: DataModule<Batch>
    let progress: ProgressReporter
    var state = TrainingState()

    private var checkpoints: CheckpointFolder?
    private var timer = AverageTimer()

    init(_ trainer: Trainer, _ model: Model<Batch>, _ data: DataModule<Batch>) {
        self.trainer = trainer
        self.model = model
        self.data = data
        progress = ProgressReporter(trainer)
    }

    // MARK: Training

    func fit() throws -> FitResult {
        try setUp(fastInit: false)
        if let root = trainer.checkpointRoot {
            checkpoints = try CheckpointFolder.create(in: root, saveName: model.saveName)
        }
        let checkpoint = try goOnFromNewest()
        try printBanner(checkpoint.map { "going on from \($0.path)" })
        // Early, before a hook does work on it.
        try checkTrainingData()

        try model.onTrainingStart()
        try model.train()
        let outcome =
            switch trainer.trainUnit {
            case .epoch: try trainByEpoch()
            case .iteration: try trainByIteration()
            }
        progress.endTraining()
        try model.onTrainingEnd()
        trainer.logger.info(
            "training ended: \(outcome), epoch \(state.globalEpoch), iteration \(state.currentIteration)")
        return FitResult(outcome: outcome, state: state)
    }

    /// What happens with each training batch, in both loops.
    func train(on batch: Batch, shouldLog: Bool) throws {
        let batch = try model.batchToDevice(batch, phase: .train)
        try model.onTrainingBatchStart(state: state)
        try model.trainStep(batch, state: state)
        state.averageIterTime = timer.record()
        try model.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        progress.step(state, model.lastLosses)
    }

    /// Begins an epoch, or goes on with the one of the checkpoint, which counts it already. Returns its loader.
    func beginEpoch() throws -> DataLoader<Batch> {
        if state.datasetIter == 0 { state.globalEpoch += 1 }
        trainer.logger.info("epoch \(state.globalEpoch) starts")
        return try data.requiredTrainLoader()
    }

    /// The batches of the epoch that are not over.
    func remainingBatches(of loader: DataLoader<Batch>) throws -> Batches<Batch> {
        progress.beginEpoch(state, batchCount: loader.batchCount)
        // What was between the epochs does not count.
        timer.start()
        return try loader.batches(epoch: state.globalEpoch - 1, from: state.datasetIter)
    }

    /// A validation cycle, and what early stopping counts by it.
    func validate() throws {
        if let loader = data.validDataLoader {
            try model.eval()
            try model.onValidationStart(validationCycle: state.validationCycles)
            progress.beginValidation(steps: loader.batchCount)
            try evaluate(loader, phase: .valid) { batch, step in
                try model.onValidationBatchStart(step: step)
                try model.validStep(batch, step: step)
                try model.onValidationBatchEnd(step: step)
                progress.validationStep()
            }
            try model.train()
            try model.onValidationEnd(validationCycle: state.validationCycles)
        }
        progress.endValidation(model.validationScores)
        state.validationCycles += 1
        state.runningIter = 0
        state.earlyStopCount = try model.haveMetricsImproved() ? 0 : state.earlyStopCount + 1
    }

    /// Gives every batch to `body`, on the model's device and without gradients.
    private func evaluate(
        _ loader: DataLoader<Batch>, phase: BatchPhase, _ body: (_ batch: Batch, _ step: Int) throws -> Void
    ) throws {
        try noGrad {
            let batches = try loader.batches(epoch: 0)
            var step = 0
            while let batch = try batches.next() {
                try body(try model.batchToDevice(batch, phase: phase), step)
                step += 1
            }
        }
    }

    /// Whether there was no improvement for as long as early stopping allows.
    var shouldStopEarly: Bool {
        trainer.earlyStopCycles.map { state.earlyStopCount >= $0 } ?? false
    }

    /// Whether a frequency falls on this count.
    func isDue(_ frequency: Int?, at count: Int) -> Bool {
        frequency.map { count % $0 == 0 } ?? false
    }

    func saveCheckpoint() throws {
        guard try model.shouldSaveCheckpoint(), let checkpoints else { return }
        let name = try model.appendMetadata(
            toCheckpointName: CheckpointName.base(saveName: model.saveName, state))
        let checkpoint = try Checkpoint(
            trainingState: state, model: model, data: data,
            random: RandomState.current(seed: trainer.randomSeed, device: trainer.device), logFile: trainer.logFile)
        let file = try checkpoints.save(checkpoint, name: name)
        trainer.lastCheckpoint = file
        trainer.logger.info("saved \(file.path)")
    }

    // MARK: Testing

    func test() throws {
        try setUp(fastInit: true)
        let checkpoint = try loadNewest()
        if checkpoint == nil { try model.loadForTesting() }
        try printBanner(checkpoint.map { "testing \($0.path)" } ?? "testing the loaded model")
        guard let loader = data.testDataLoader else {
            warn("there are no test data: set them in \(type(of: data)).setup()")
            return
        }

        try model.onTestingStart()
        progress.beginTesting(steps: loader.batchCount)
        try model.eval()
        try evaluate(loader, phase: .test) { batch, step in
            try model.onTestingBatchStart(step: step)
            try model.testStep(batch, step: step)
            try model.onTestingBatchEnd(step: step)
            progress.testStep()
        }
        progress.end()
        try model.onTestingEnd()
    }

    // MARK: Beginning

    private func setUp(fastInit: Bool) throws {
        trainer.lastCheckpoint = nil
        data.trainer = trainer
        data.seed = trainer.randomSeed
        try data.prepareData()
        try manualSeed(trainer.randomSeed)
        try LibTorch.setDeterministic(trainer.deterministic)

        data.reset()
        try data.setup()

        model.trainer = trainer
        model.dataModule = data
        model.device = trainer.device
        model.mapLocation = trainer.device
        model.mixedPrecision = nil
        if !fastInit { model.forgetTraining() }
        try model.setup(fastInit: fastInit)
    }

    /// Restores the newest checkpoint. Returns its file; nil where there is none.
    private func goOnFromNewest() throws -> URL? {
        try restore(checkpoints?.newest(warn: warn)) { checkpoint in
            try checkpoint.restore(model, fastInit: false)
            try data.loadStateDict(checkpoint.data)
            try checkPosition(checkpoint)
            // Last, since restoring may itself draw random numbers.
            try checkpoint.random.restore(device: trainer.device)
            state = checkpoint.trainingState
        }
    }

    /// Restores the networks of the newest checkpoint. Returns its file; nil where there is none.
    private func loadNewest() throws -> URL? {
        let folder = trainer.checkpointRoot.flatMap { CheckpointFolder.existing(in: $0, saveName: model.saveName) }
        return try restore(folder?.newest(warn: warn)) { try $0.restore(model, fastInit: true) }
    }

    /// Lets `body` restore a checkpoint; an error of it names the file. The contents, which take as much memory as the
    /// model and its optimiser, go with the return.
    private func restore(_ entry: CheckpointFolder.Entry?, _ body: (Checkpoint) throws -> Void) throws -> URL? {
        guard let entry else { return nil }
        do {
            try body(entry.contents)
        } catch {
            throw CheckpointError(path: entry.file.path, reason: "it does not fit the model or the data: \(error)")
        }
        trainer.lastCheckpoint = entry.file
        return entry.file
    }

    private func checkTrainingData() throws {
        let loader = try data.requiredTrainLoader()
        let shape = EpochShape(loader)
        if shape.batchSize > shape.sampleCount {
            warn("the batch size is larger than the training data (\(shape)): an epoch is one batch")
        }
        if trainer.totalSteps == .infinite, trainer.earlyStopCycles == nil {
            warn("there is no limit of steps and no early stopping: only the model's shouldTrainingStop ends training")
        }
    }

    /// Throws where the checkpoint stands in the middle of an epoch that the data no longer have.
    private func checkPosition(_ checkpoint: Checkpoint) throws {
        if checkpoint.random.seed != trainer.randomSeed {
            warn(
                "the checkpoint was trained with the seed \(checkpoint.random.seed), this run has \(trainer.randomSeed): "
                    + "from here on the order of the samples is another")
        }
        guard checkpoint.trainingState.datasetIter > 0, let saved = checkpoint.epochShape,
            let current = data.trainDataLoader.map({ EpochShape($0) }), saved != current
        else { return }
        throw StateDictError(
            "it is from the middle of an epoch of \(saved), and the data now are \(current): go on with the same, or from "
                + "a checkpoint between two epochs")
    }

    private func printBanner(_ line: String?) throws {
        let banner = try model.append(toBanner: Banner.text(device: trainer.device, seed: trainer.randomSeed))
        if trainer.printsBanner { trainer.console.printLine(banner) }
        trainer.logger.info("\(banner)")
        guard let line else { return }
        if trainer.printsBanner || trainer.showsProgress { trainer.console.printLine(line) }
        trainer.logger.info("\(line)")
    }

    private func warn(_ message: String) {
        trainer.console.printWarning(message)
        trainer.logger.warning("\(message)")
    }
}
