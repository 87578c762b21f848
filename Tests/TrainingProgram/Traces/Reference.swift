import Helios

/// Python Helios' trainer as its recordings show it, in plain Swift: what calls a run makes, without running anything.
///
/// It is written twice in one: as Python Helios is, and as it should be. The two differ only where `rightly` is asked,
/// so that the one, which must make every recorded call, vouches for the other, which our trainer is compared with.
final class Reference {
    /// A checkpoint in the folder.
    struct SavedCheckpoint {
        let name: String
        let state: TrainingState
        /// The position in an epoch in which training by epoch stopped; 0 if it did not.
        let lostPosition: Int
        let weight: Int
        let pluginCount: Int
        let phase: Int
        let lastStep: TrainingState
    }

    /// What ends a run before its end.
    enum Failure: Error {
        case options, data
        /// What only Python Helios fails by: a division by zero, a model that is asked before its first step.
        case python
        /// The run does not end by itself, or not soon: the model's step fails.
        case tooLong
    }

    /// What a run did.
    struct Result {
        let events: [JSONValue]
        let failure: Failure?
        let rules: Set<TraceRule>
    }

    /// A run of more calls is cut by an error in its training step.
    static let callLimit = 4000

    let config: Trace.Config
    private let isPython: Bool
    private let loaderSeed: Int
    var checkpoints: [SavedCheckpoint] = []
    /// The name of the checkpoint at which a training ended, and whether all its steps had been trained then.
    private var ended: (checkpoint: String, isComplete: Bool)?

    // Of the run that is under way.
    var options: TraceOptions
    var recorder = Recorder()
    var answers: ReferenceAnswers
    var state = TrainingState()
    var phase = 0
    var loader: ReferenceLoader?
    /// Whether the run resumes from a checkpoint and has not trained yet.
    var isResumed = false
    private var weight = 0
    private var pluginCount = 0
    private var rules: Set<TraceRule> = []
    /// The name of the checkpoint that has the state of the run, if one has it.
    private var savedName: String?

    /// - Parameter loaderSeed: of the loaders that have none of their own.
    init(_ config: Trace.Config, isPython: Bool, loaderSeed: Int) throws {
        self.config = config
        self.isPython = isPython
        self.loaderSeed = loaderSeed
        options = try TraceOptions([:])
        answers = ReferenceAnswers(config.model)
    }

    var checkpointNames: [String] { checkpoints.map(\.name).sorted() }

    /// Does a run. What it saves is there for the next.
    ///
    /// - Parameter loadedWeight: of the checkpoint that the run loads, if it is known and there may be several.
    func run(_ arguments: Trace.Run.Arguments, loadedWeight: Int?) throws -> Result {
        options = try TraceOptions(arguments.trainer)
        recorder = Recorder()
        answers = ReferenceAnswers(config.model)
        state = TrainingState()
        (phase, weight, pluginCount) = (0, 0, 0)
        loader = nil
        isResumed = false
        rules = []
        savedName = nil
        var failure: Failure?
        do {
            if options.areContradictory, rightly(.optionsAreChecked) { throw Failure.options }
            let isTest = arguments.mode == "test"
            if !isTest, (options.total ?? 1) < 1, rightly(.nothingToTrain) { throw Failure.options }
            do {
                try isTest ? test(loadedWeight) : fit(loadedWeight)
                record("teardown")
            } catch {
                if rightly(.errorIsThrown) { record("teardown") }
                throw error
            }
        } catch let error as Failure {
            failure = error
        }
        return Result(events: recorder.events, failure: failure, rules: rules)
    }

    /// Whether the run does the right thing here and not what Python Helios does; notes that it makes a difference.
    func rightly(_ rule: TraceRule) -> Bool {
        rules.insert(rule)
        return !isPython
    }

    func record(_ call: String, _ details: [String: JSONValue] = [:]) {
        recorder.record(call, details)
    }

    func recordPlugin(_ call: String, _ details: [String: JSONValue] = [:]) {
        if config.plugin == true { record("plugin.\(call)", details) }
    }

    // MARK: Before and after the loops

    private func fit(_ loadedWeight: Int?) throws {
        try setUp(forTest: false)
        if let checkpoint = newest(loadedWeight) { restore(checkpoint, forTest: false) }
        record("append_to_banner")
        if config.train.isEmpty, rightly(.dataAreChecked) { throw Failure.data }
        if isEnded(), rightly(.endedOnce) { return }
        recordPlugin("on_training_start")
        record("on_training_start")
        loader = try makeTrainLoader()
        // Python Helios sets this once, and it stays for all epochs.
        if state.datasetIter > 0, !rightly(.epochGoesOn) { loader?.start = state.datasetIter }
        record("train")
        let isComplete =
            switch options.unit {
            case .epoch: try trainByEpoch()
            case .iteration: try trainByIteration()
            }
        recordPlugin("on_training_end")
        record("on_training_end")
        if let savedName { ended = (savedName, isComplete) }
    }

    /// Whether the training that the run resumes was ended before, and nothing is left to do. Python Helios does not
    /// ask that.
    private func isEnded() -> Bool {
        guard isResumed, let ended, ended.checkpoint == savedName else { return false }
        if ended.isComplete {
            guard let total = options.total else { return false }
            let isInside = state.datasetIter > 0
            return (options.unit == .epoch ? state.globalEpoch - (isInside ? 1 : 0) : state.currentIteration) >= total
        }
        if shouldStopEarly { return true }
        return isPython ? answers.stop() : stopVote()
    }

    private func setUp(forTest isTest: Bool) throws {
        record("prepare_data")
        recordPlugin("configure_trainer")
        recordPlugin("configure_model")
        recordPlugin("setup")
        record("datamodule.setup")
        let sources = config.train + [config.valid, config.test].compactMap { $0 }
        for source in sources where try TraceLoaderOptions(source.params).giveNothing(count: source.n) {
            if rightly(.dataAreChecked) { throw Failure.data }
        }
        record("setup", ["for_inference": .bool(isTest)])
    }

    private func test(_ loadedWeight: Int?) throws {
        try setUp(forTest: true)
        if let checkpoint = newest(loadedWeight) {
            restore(checkpoint, forTest: true)
        } else {
            record("load_for_testing")
        }
        record("append_to_banner")
        guard let source = config.test else { return }
        let loader = try makeLoader(source, offset: 20_000)
        recordPlugin("on_testing_start")
        record("on_testing_start")
        record("eval")
        for (step, batch) in try loader.batches(epoch: 0).enumerated() {
            record("on_testing_batch_start", ["step": .int(step)])
            record("test_step", ["batch": JSONValue(batch), "step": .int(step), "grad": false])
            record("on_testing_batch_end", ["step": .int(step)])
        }
        recordPlugin("on_testing_end")
        record("on_testing_end")
    }

    // MARK: What both loops do

    /// The batches of the next epoch, or of the rest of the one that the checkpoint is in the middle of.
    func beginEpoch() throws -> [[Int]] {
        let isInside = isInsideEpoch
        isResumed = false
        if !isInside { state.globalEpoch += 1 }
        record("on_training_epoch_start", ["epoch": .int(state.globalEpoch)])
        var loader = loader
        if isInside { loader?.start = state.datasetIter }
        return try loader?.batches(epoch: state.globalEpoch - 1) ?? []
    }

    /// Whether the run resumes in the middle of an epoch.
    var isInsideEpoch: Bool {
        isResumed && state.datasetIter > 0 && rightly(.epochGoesOn)
    }

    func train(on batch: [Int], shouldLog: Bool) throws {
        recordPlugin("process_training_batch")
        pluginCount += 1
        record("on_training_batch_start", ["state": JSONValue(state)])
        answers.lastStep = state
        weight += batch.reduce(0, +)
        savedName = nil
        record("train_step", ["batch": JSONValue(batch), "state": JSONValue(state)])
        if recorder.events.count > Reference.callLimit { throw Failure.tooLong }
        record("on_training_batch_end", ["state": JSONValue(state), "should_log": .bool(shouldLog)])
        state.datasetIter += 1
    }

    /// Whether a frequency falls on this count.
    func isDue(_ frequency: Int?, at count: Int) -> Bool {
        frequency.map { $0 != 0 && count % $0 == 0 } ?? false
    }

    var shouldStopEarly: Bool {
        options.earlyStopCycles.map { state.earlyStopCount >= $0 } ?? false
    }

    func stopVote() -> Bool {
        recordPlugin("should_training_stop")
        return recorder.answer("should_training_stop", answers.stop())
    }

    /// Advances to the next phase if the model wants it. Returns whether it does.
    func advancePhase() throws -> Bool {
        // The recorded model looks at its last step here, and has none in an epoch without batches.
        guard let answer = answers.advance() else { throw Failure.python }
        guard recorder.answer("should_advance_dataset_phase", answer) else { return false }
        phase = min(phase + 1, config.train.count - 1)
        loader = try makeTrainLoader()
        return true
    }

    func validate() throws {
        if let source = config.valid {
            let loader = try makeLoader(source, offset: 10_000)
            let cycle: [String: JSONValue] = ["cycle": .int(state.validationCycles)]
            record("eval")
            recordPlugin("on_validation_start", cycle)
            record("on_validation_start", cycle)
            for (step, batch) in try loader.batches(epoch: 0).enumerated() {
                record("on_validation_batch_start", ["step": .int(step)])
                record("valid_step", ["batch": JSONValue(batch), "step": .int(step), "grad": false])
                record("on_validation_batch_end", ["step": .int(step)])
            }
            record("train")
            recordPlugin("on_validation_end", cycle)
            record("on_validation_end", cycle)
        }
        state.validationCycles += 1
        state.runningIter = 0
        let hasImproved = recorder.answer("have_metrics_improved", answers.improved())
        state.earlyStopCount = hasImproved ? 0 : state.earlyStopCount + 1
    }

    // MARK: Loaders

    private func makeTrainLoader() throws -> ReferenceLoader {
        guard config.train.indices.contains(phase) else { throw Failure.python }
        return try makeLoader(config.train[phase], offset: 1000 * phase)
    }

    private func makeLoader(_ source: Trace.Source, offset: Int) throws -> ReferenceLoader {
        let options = try TraceLoaderOptions(source.params)
        if options.failInPyTorch(count: source.n), !rightly(.workerOptions) { throw Failure.python }
        return ReferenceLoader(count: source.n, offset: offset, options: options, seed: options.seed ?? loaderSeed)
    }

    // MARK: Checkpoints

    /// Saves what is due, if the model wants it, and the end of the training in any case.
    func save(isDue: Bool, isEnd: Bool, lostPosition: Int = 0) {
        let isWanted = isDue && recorder.answer("should_save_checkpoint", answers.save())
        guard isWanted || (isEnd && rightly(.endIsSaved)) else { return }
        save(lostPosition: lostPosition)
    }

    /// Saves the state in which something stopped the training, unless it is saved.
    func saveEnd() {
        if savedName == nil, rightly(.endIsSaved) { save() }
    }

    private func save(lostPosition: Int = 0) {
        let base = "trace_epoch_\(state.globalEpoch)_iter_\(state.currentIteration)"
        record("append_metadata_to_chkpt_name", ["base": .string(base)])
        record("user_state_dict")
        recordPlugin("state_dict")
        let checkpoint = SavedCheckpoint(
            name: "\(base)_w_\(weight).pth", state: state, lostPosition: lostPosition, weight: weight,
            pluginCount: pluginCount, phase: phase, lastStep: answers.lastStep ?? state)
        checkpoints.removeAll { $0.name == checkpoint.name }
        checkpoints.append(checkpoint)
        savedName = checkpoint.name
    }

    /// The checkpoint of the greatest epoch and iteration; in Python Helios, the one that it took.
    private func newest(_ loadedWeight: Int?) -> SavedCheckpoint? {
        let sorted = checkpoints.sorted {
            ($0.state.globalEpoch, $0.state.currentIteration, $0.name)
                < ($1.state.globalEpoch, $1.state.currentIteration, $1.name)
        }
        guard isPython, let loadedWeight, let newest = sorted.last, newest.weight != loadedWeight,
            let other = sorted.last(where: { $0.weight == loadedWeight && Reference.canBeTaken($0, among: sorted) })
        else { return sorted.last }
        _ = rightly(.newestCheckpoint)
        return other
    }

    /// Whether Python Helios takes this one for the newest if the folder is listed in some order: it goes through
    /// them and keeps what has a greater epoch, or a greater iteration, than the one kept before.
    private static func canBeTaken(_ checkpoint: SavedCheckpoint, among all: [SavedCheckpoint]) -> Bool {
        func replaces(_ new: SavedCheckpoint, _ old: SavedCheckpoint) -> Bool {
            new.state.globalEpoch > old.state.globalEpoch || new.state.currentIteration > old.state.currentIteration
        }
        // Those that would replace it must come before it, and it must then replace the last of them.
        let stronger = all.filter { replaces($0, checkpoint) }
        return stronger.isEmpty || stronger.contains { replaces(checkpoint, $0) }
    }

    private func restore(_ checkpoint: SavedCheckpoint, forTest isTest: Bool) {
        weight = checkpoint.weight
        record("load_user_state_dict", ["for_inference": .bool(isTest), "weight": .int(weight)])
        pluginCount = checkpoint.pluginCount
        recordPlugin("load_state_dict", ["n": .int(pluginCount)])
        guard !isTest else { return }
        state = checkpoint.state
        phase = checkpoint.phase
        savedName = checkpoint.name
        isResumed = true
        if checkpoint.lostPosition > 0, rightly(.positionIsKept) { state.datasetIter = checkpoint.lostPosition }
        // Python Helios asks the model nothing before its first step.
        if !isPython { answers.lastStep = checkpoint.lastStep }
    }
}
