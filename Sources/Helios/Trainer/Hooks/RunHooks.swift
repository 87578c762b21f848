import Foundation

/// The hooks as the trainer calls them: those of the plug-ins, in the order of their registration, then the model's.
///
/// Remembers which one runs, for the message if it fails, and how long each takes if that is asked for.
final class RunHooks<Batch: Sendable> {
    /// What runs, or ran last.
    private(set) var current = Activity.prepareData
    /// The plug-in whose hook runs, or ran last; `nil` if it is not a plug-in's.
    private var currentPlugin: Plugin?
    /// The batch of a validation, a test or a prediction that is under way, the first being 0.
    var evaluated: (phase: BatchPhase, batch: Int)?
    /// Takes the times of the hooks; `nil` if they are not measured.
    private(set) var times: ActivityTimes?
    /// What hooks see as their trainer.
    let trainer: any RunContext

    private let model: Model<Batch>
    private let plugins: [Plugin]
    /// Those of the plug-ins that record what the run does.
    private let traces: [ChromeTrace]
    private let ranks: Ranks
    private var trainingBatch: BatchPlugin<Batch>?
    private var validationBatch: BatchPlugin<Batch>?
    private var testingBatch: BatchPlugin<Batch>?

    init(_ model: Model<Batch>, _ plugins: [Plugin], _ ranks: Ranks, for trainer: any RunContext) {
        self.ranks = ranks
        self.model = model
        self.plugins = plugins
        traces = plugins.compactMap { $0 as? ChromeTrace }
        self.trainer = trainer
    }

    /// Times the hooks from now on, or no longer.
    func measureTimes(_ isOn: Bool) {
        if !isOn {
            times = nil
        } else if times == nil {
            times = ActivityTimes()
        }
    }

    /// Does a part of the work that may fail, and times it.
    @inline(__always)
    func run<Result>(_ activity: Activity, _ body: () throws -> Result) throws -> Result {
        current = activity
        currentPlugin = nil
        return isObserved ? try observe(activity, body) : try body()
    }

    /// Runs and times work that cannot fail. Error messages keep naming the activity that was current before.
    func measure<Result>(_ activity: Activity, _ body: () -> Result) -> Result {
        isObserved ? observe(activity, body) : body()
    }

    /// Whether a part of the work is timed, or may be a span of a trace.
    private var isObserved: Bool { times != nil || !traces.isEmpty }

    private func observe<Result>(_ activity: Activity, _ body: () throws -> Result) rethrows -> Result {
        guard let times else { return try trace(activity, body) }
        return try times.measure(activity) { try trace(activity, body) }
    }

    private func trace<Result>(_ activity: Activity, _ body: () throws -> Result) rethrows -> Result {
        guard traces.contains(where: \.isRecording) else { return try body() }
        return try OperationTrace.span(activity.rawValue, body)
    }

    /// The plug-ins' hook, then the model's.
    @inline(__always)
    private func call(_ activity: Activity, _ pluginHook: (Plugin) throws -> Void, _ hook: () throws -> Void) throws {
        try run(activity) {
            try forEachPlugin(pluginHook)
            try hook()
        }
    }

    @inline(__always)
    private func forEachPlugin(_ hook: (Plugin) throws -> Void) rethrows {
        for plugin in plugins {
            currentPlugin = plugin
            try hook(plugin)
        }
        currentPlugin = nil
    }

    /// What runs, or ran last, for messages.
    var place: String {
        currentPlugin.map { "\(current.rawValue) of the plug-in '\($0.id)'" } ?? current.rawValue
    }

    // MARK: Setting up

    /// Lets the plug-ins change the options of the run, one after the other, and then the model.
    func configure(_ options: inout TrainerOptions) throws {
        try run(.configure) {
            try forEachPlugin { plugin in
                plugin.trainer = trainer
                plugin.model = model
                plugin.isDistributed = ranks.areSeveral
                plugin.rank = ranks.rank
                try plugin.configure(&options)
                try plugin.configure(model)
            }
        }
    }

    func setUpPlugins(device: Device) throws {
        try run(.pluginSetup) {
            try forEachPlugin { plugin in
                plugin.device = device
                plugin.mapLocation = device
                try plugin.setup()
            }
            trainingBatch = try batchPlugin(.trainingBatch)
            validationBatch = try batchPlugin(.validationBatch)
            testingBatch = try batchPlugin(.testingBatch)
        }
    }

    /// The plug-in that changes these batches.
    ///
    /// - Throws: `PluginError` if its batches are not those of the model.
    private func batchPlugin(_ override: PluginOverrides) throws -> BatchPlugin<Batch>? {
        guard let plugin = plugins.first(where: { $0.overrides.contains(override) }) else { return nil }
        guard let result = plugin as? BatchPlugin<Batch> else {
            throw PluginError(
                id: plugin.id,
                reason: "it changes \(override), and \(type(of: plugin)) is no BatchPlugin<\(Batch.self)>, which the "
                    + "batches of \(type(of: model)) need")
        }
        return result
    }

    func setup(fastInit: Bool) throws { try run(.setup) { try model.setup(fastInit: fastInit) } }
    func loadForTesting() throws { try run(.loadForTesting) { try model.loadForTesting() } }

    func append(toBanner banner: String) throws -> String {
        try run(.banner) { try model.append(toBanner: banner) }
    }

    // MARK: Training

    func onTrainingStart() throws {
        try call(.onTrainingStart, { try $0.onTrainingStart() }, model.onTrainingStart)
    }

    func train() throws { try run(.train, model.train) }

    func onTrainingEpochStart(currentEpoch epoch: Int) throws {
        try call(.onTrainingEpochStart) {
            try $0.onTrainingEpochStart(currentEpoch: epoch)
        } _: {
            try model.onTrainingEpochStart(currentEpoch: epoch)
        }
    }

    func batchToDevice(_ batch: Batch, phase: BatchPhase) throws -> Batch {
        try run(.batchToDevice) { try model.batchToDevice(batch, phase: phase) }
    }

    func processTrainingBatch(_ batch: Batch, state: TrainingState) throws -> Batch {
        guard let trainingBatch else { return batch }
        return try run(.processBatch) { try trainingBatch.processTrainingBatch(batch, state: state) }
    }

    func onTrainingBatchStart(state: TrainingState) throws {
        try call(.onTrainingBatchStart) {
            try $0.onTrainingBatchStart(state: state)
        } _: {
            try model.onTrainingBatchStart(state: state)
        }
    }

    func trainStep(_ batch: Batch, state: TrainingState) throws {
        try run(.trainStep) { try model.trainStep(batch, state: state) }
    }

    func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try call(.onTrainingBatchEnd) {
            try $0.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        } _: {
            try model.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        }
    }

    func onTrainingEpochEnd(currentEpoch epoch: Int) throws {
        try call(.onTrainingEpochEnd) {
            try $0.onTrainingEpochEnd(currentEpoch: epoch)
        } _: {
            try model.onTrainingEpochEnd(currentEpoch: epoch)
        }
    }

    func onTrainingEnd() throws {
        try call(.onTrainingEnd, { try $0.onTrainingEnd() }, model.onTrainingEnd)
    }

    // MARK: Validation

    func eval() throws { try run(.eval, model.eval) }

    func onValidationStart(validationCycle cycle: Int) throws {
        try call(.onValidationStart) {
            try $0.onValidationStart(validationCycle: cycle)
        } _: {
            try model.onValidationStart(validationCycle: cycle)
        }
    }

    func validate(_ batch: Batch, step: Int) throws {
        var batch = batch
        if let validationBatch {
            batch = try run(.processBatch) { try validationBatch.processValidationBatch(batch, step: step) }
        }
        try run(.onValidationBatchStart) { try model.onValidationBatchStart(step: step) }
        try run(.validStep) { try model.validStep(batch, step: step) }
        try run(.onValidationBatchEnd) { try model.onValidationBatchEnd(step: step) }
    }

    func onValidationEnd(validationCycle cycle: Int) throws {
        try call(.onValidationEnd) {
            try $0.onValidationEnd(validationCycle: cycle)
        } _: {
            try model.onValidationEnd(validationCycle: cycle)
        }
    }

    func onScores(state: TrainingState) throws {
        guard !plugins.isEmpty else { return }
        let scores = model.validationScores.merging(model.metrics)
        try run(.onScores) {
            try forEachPlugin { try $0.onScores(scores, state: state) }
        }
    }

    func haveMetricsImproved() throws -> Bool { try run(.haveMetricsImproved, model.haveMetricsImproved) }

    // MARK: Evaluation of any kind

    func onEvaluationStart(_ phase: BatchPhase) throws {
        guard !plugins.isEmpty else { return }
        try run(.onEvaluationStart) {
            try forEachPlugin { try $0.onEvaluationStart(phase) }
        }
    }

    /// Tells all plug-ins, also those after one that fails. Throws the first failure.
    func onEvaluationEnd(_ phase: BatchPhase) throws {
        guard !plugins.isEmpty else { return }
        try run(.onEvaluationEnd) {
            guard let failure = endEvaluation(phase).first else { return }
            currentPlugin = failure.plugin
            throw failure.error
        }
    }

    /// The same after an error: that error stays the one that is reported.
    func onFailedEvaluationEnd(_ phase: BatchPhase, failed: (any Error) -> Void) {
        for failure in endEvaluation(phase) { failed(failure.error) }
    }

    private func endEvaluation(_ phase: BatchPhase) -> [(plugin: Plugin, error: any Error)] {
        plugins.compactMap { plugin in
            do {
                try plugin.onEvaluationEnd(phase)
                return nil
            } catch {
                return (plugin, error)
            }
        }
    }

    // MARK: Decisions

    /// Why training should stop now; `nil` if neither a plug-in nor the model asks for it.
    func stopVote() throws -> FitResult.Outcome? {
        try run(.shouldTrainingStop) {
            for plugin in plugins {
                currentPlugin = plugin
                if try plugin.shouldTrainingStop() { return .stoppedByPlugin(id: plugin.id) }
            }
            currentPlugin = nil
            return try model.shouldTrainingStop() ? .stoppedByModel : nil
        }
    }

    /// Whether `shouldTrainingStop` of the model and of every plug-in is known to be the default one, which is always
    /// false. Known once it has been asked.
    var alwaysVoteToContinue: Bool {
        model.unwrittenHooks.contains(.shouldTrainingStop) && plugins.allSatisfy(\.hasDefaultStopVote)
    }

    func shouldAdvanceDatasetPhase() throws -> Bool {
        try run(.shouldAdvanceDatasetPhase, model.shouldAdvanceDatasetPhase)
    }

    func shouldSaveCheckpoint() throws -> Bool { try run(.shouldSaveCheckpoint, model.shouldSaveCheckpoint) }

    /// The checkpoints that plug-ins want besides those that are due.
    func extraCheckpoints(state: TrainingState) throws -> [(plugin: Plugin, checkpoint: ExtraCheckpoint)] {
        var result: [(plugin: Plugin, checkpoint: ExtraCheckpoint)] = []
        guard !plugins.isEmpty else { return result }
        try run(.extraCheckpoint) {
            try forEachPlugin { plugin in
                if let checkpoint = try plugin.extraCheckpoint(state: state) { result.append((plugin, checkpoint)) }
            }
        }
        return result
    }

    func onExtraCheckpointSaved(_ file: URL, for plugin: Plugin) throws {
        try run(.onExtraCheckpointSaved) {
            currentPlugin = plugin
            try plugin.onExtraCheckpointSaved(file)
        }
    }

    // MARK: Testing

    func onTestingStart() throws {
        try call(.onTestingStart, { try $0.onTestingStart() }, model.onTestingStart)
    }

    func test(_ batch: Batch, step: Int) throws {
        var batch = batch
        if let testingBatch {
            batch = try run(.processBatch) { try testingBatch.processTestingBatch(batch, step: step) }
        }
        try run(.onTestingBatchStart) { try model.onTestingBatchStart(step: step) }
        try run(.testStep) { try model.testStep(batch, step: step) }
        try run(.onTestingBatchEnd) { try model.onTestingBatchEnd(step: step) }
    }

    func onTestingEnd() throws {
        try call(.onTestingEnd, { try $0.onTestingEnd() }, model.onTestingEnd)
    }

    // MARK: Prediction

    func onPredictionStart() throws { try run(.onPredictionStart, model.onPredictionStart) }
    func predictStep(_ batch: Batch, step: Int) throws -> Tensor {
        try run(.predictStep) { try model.predictStep(batch, step: step) }
    }
    func onPredictionEnd() throws { try run(.onPredictionEnd, model.onPredictionEnd) }
}
