import Foundation

/// What a checkpoint holds, under the keys of Python Helios: everything that a run needs to continue as if it had never
/// stopped.
struct Checkpoint {
    enum Key {
        static let version: StateDict.Key = "version"
        static let trainingState: StateDict.Key = "training_state"
        static let model: StateDict.Key = "model"
        static let random: StateDict.Key = "rng"
        static let loggers: StateDict.Key = "loggers"
        static let data: StateDict.Key = "datamodule"
        // What Python Helios does not have:
        static let epoch: StateDict.Key = "epoch_shape"
        static let resumePoint: StateDict.Key = "resume_point"
        static let gradients: StateDict.Key = "gradients"
        static let progress: StateDict.Key = "progress"
        /// In checkpoints of versions that chose a number of threads in a run; not read.
        static let threads: StateDict.Key = "threads"
        static let written: StateDict.Key = "written_checkpoints"
        static let interrupted: StateDict.Key = "interrupted_checkpoints"
        static let saveNumber: StateDict.Key = "save_number"
        static let setupOptions: StateDict.Key = "setup_options"
        static let accumulationSteps: StateDict.Key = "accumulation_steps"
        static let partSize: StateDict.Key = "part_size"
        static let error: StateDict.Key = "error"
        static let orderSeed: StateDict.Key = "order_seed"
        static let batches: StateDict.Key = "batches"
        static let validationTime: StateDict.Key = "validation_time"
        static let environment: StateDict.Key = "environment"
        static let configuration: StateDict.Key = "configuration"
        /// Nor does Python Helios have what belongs to one of several ranks.
        static let ranks: StateDict.Key = "ranks"
        // Inside "model":
        static let user: StateDict.Key = "user"
        static let scaler: StateDict.Key = "amp_scaler"
        static let runningLosses: StateDict.Key = "running_losses"
        // Nor has Python Helios these two:
        static let lastLosses: StateDict.Key = "last_losses"
        static let validationScores: StateDict.Key = "validation_scores"

        /// The names beside which those of the plug-ins stand.
        static let all: Set<String> = Set(
            [
                version, trainingState, model, random, loggers, data, epoch, resumePoint, gradients, progress, threads,
                written, interrupted, saveNumber, setupOptions, accumulationSteps, partSize, error, orderSeed,
                batches, validationTime, environment, configuration, ranks,
            ]
            .map(\.description))
    }

    let trainingState: TrainingState
    /// Where in the training loop it was saved.
    let position: LoopPosition
    let modelState: StateDict
    let scalerState: StateDict?
    let runningLosses: StateDict
    let lastLosses: StateDict
    let validationScores: StateDict
    /// By the plug-in's id.
    let plugins: StateDict
    let gradients: StateDict?
    let progress: StateDict
    /// What the order of the epoch that it is in the middle of was drawn from; `nil` if the order was not drawn.
    let orderSeed: UInt64?
    /// What the loader of the epoch that it is in the middle of needs besides the number of the next batch.
    let batches: StateDict?
    /// The time since the last validation; `nil` if no validation is due by time.
    let validationTime: Duration?
    let random: RandomState
    /// What belongs to each rank, if several processes saved it together.
    let ranks: [RankState]
    let data: StateDict
    let epochLayout: EpochLayout?
    /// The state of the run's logs: the log file's under `root`, each logger's under its name.
    let logs: StateDict
    /// The versions and the machine; empty in older checkpoints.
    let environment: StateDict
    /// What the program was configured with; `nil` if it does not say.
    let configuration: StateDict?
    /// The names of those in its folder that the training wrote and does not keep for good, itself among them.
    let written: [StateValue]
    /// The names of those among them that an interruption saved.
    let interrupted: [StateValue]
    /// How many checkpoints the training has saved, this one included; `nil` in older checkpoints.
    let saveNumber: Int?
    /// What `SetupOptions` found; `nil` in older checkpoints.
    let setupOptions: StateDict?
    /// `nil` in older checkpoints.
    let accumulationSteps: Int?
    /// The greatest number of samples for which there was memory in a step; `nil` if that was not asked for, or there was
    /// memory for all.
    let partSize: Int?
    /// The error that ended the training, if the checkpoint was saved because of it.
    let error: String?

    init<Batch>(
        trainingState: TrainingState, position: LoopPosition, model: Model<Batch>, plugins: [Plugin],
        data: DataModule<Batch>, gradients: StateDict?, progress: StateDict, orderSeed: UInt64?,
        batches: StateDict?, validationTime: Duration?, random: RandomState, ranks: [RankState], logs: StateDict,
        environment: StateDict, configuration: StateDict?, history: CheckpointHistory, accumulationSteps: Int,
        error: String? = nil
    ) throws {
        self.trainingState = trainingState
        self.position = position
        modelState = try model.stateDict()
        scalerState = try model.mixedPrecision?.scaler.stateDict()
        runningLosses = StateDict(numbers: model.runningLosses)
        lastLosses = StateDict(numbers: model.lastLosses)
        validationScores = model.validationScores.stateDict()
        var states = StateDict()
        for plugin in plugins { states[.string(plugin.id)] = .dictionary(try plugin.stateDict()) }
        self.plugins = states
        self.gradients = gradients
        self.progress = progress
        self.orderSeed = orderSeed
        self.batches = batches
        self.validationTime = validationTime
        self.random = random
        self.ranks = ranks
        self.data = try data.stateDict()
        let epoch = trainingState.datasetIter > 0 ? trainingState.globalEpoch - 1 : nil
        epochLayout = try data.trainDataLoader.map { try EpochLayout($0, epoch: epoch) }
        self.logs = logs
        self.environment = environment
        self.configuration = configuration
        written = history.written.map { .string($0.fileName) }
        interrupted = history.written.filter { history.interrupted.contains($0.fileName) }
            .map { .string($0.fileName) }
        saveNumber = history.saveCount
        setupOptions = model.setupOptions.values
        self.accumulationSteps = accumulationSteps
        partSize = model.batchSplitting?.limit
        self.error = error
    }

    /// Restores the model; with `fastInit` its networks only.
    ///
    /// - Parameters:
    ///   - rank: the number of this process among those that resume from the checkpoint.
    ///   - rankCount: how many processes do.
    func restore<Batch>(_ model: Model<Batch>, fastInit: Bool, rank: Int = 0, of rankCount: Int = 1) throws {
        if !fastInit, let mixedPrecision = model.mixedPrecision {
            guard let scalerState else {
                throw StateDictError("it has no state of a scaler: it was saved without mixed precision")
            }
            try mixedPrecision.scaler.loadStateDict(scalerState)
        }
        try model.loadStateDict(modelState, fastInit: fastInit)
        if !fastInit {
            model.runningLosses = try runningLosses.numbers()
            model.lastLosses = try lastLosses.numbers()
            model.validationScores = try Scores(validationScores)
            let own = rankCount > 1 && ranks.count == rankCount ? ranks[rank].gradients : gradients
            if let own { try PendingGradients.load(own, into: model) }
        }
    }

    /// Restores the plug-ins that it has a state of.
    func restore(_ plugins: [Plugin], warn: (String) -> Void) throws {
        for plugin in plugins {
            guard self.plugins[.string(plugin.id)] != nil else {
                warn("the checkpoint has no state of the plug-in '\(plugin.id)', which starts over")
                continue
            }
            do {
                try plugin.loadStateDict(self.plugins.dictionary(.string(plugin.id)))
            } catch {
                throw StateDictError("the state of the plug-in '\(plugin.id)' cannot be restored: \(error)")
            }
        }
        let known = Set(plugins.map(\.id))
        for id in self.plugins.names where !known.contains(id) {
            warn("the checkpoint has a state of '\(id)', and no plug-in of this id is registered: it is left out")
        }
    }
}

extension Checkpoint {
    func stateDict() -> StateDict {
        var model: StateDict = [
            Key.user: .dictionary(modelState), Key.runningLosses: .dictionary(runningLosses),
            Key.lastLosses: .dictionary(lastLosses), Key.validationScores: .dictionary(validationScores),
        ]
        if let scalerState { model[Key.scaler] = .dictionary(scalerState) }
        var state: StateDict = [
            Key.version: .string(HeliosVersion.current),
            Key.trainingState: .dictionary(trainingState.stateDict()),
            Key.model: .dictionary(model),
            Key.random: .dictionary(random.stateDict()),
            Key.loggers: .dictionary(logs),
            Key.data: .dictionary(data),
        ]
        if let epochLayout { state[Key.epoch] = .dictionary(epochLayout.stateDict()) }
        state[Key.resumePoint] = .string(position.rawValue)
        if !ranks.isEmpty { state[Key.ranks] = .list(ranks.map { .dictionary($0.stateDict()) }) }
        if let gradients { state[Key.gradients] = .dictionary(gradients) }
        state[Key.progress] = .dictionary(progress)
        if let orderSeed { state[Key.orderSeed] = .int(Int(bitPattern: UInt(orderSeed))) }
        if let batches { state[Key.batches] = .dictionary(batches) }
        if let validationTime { state[Key.validationTime] = .double(validationTime / .seconds(1)) }
        if !written.isEmpty { state[Key.written] = .list(written) }
        if !interrupted.isEmpty { state[Key.interrupted] = .list(interrupted) }
        if let saveNumber { state[Key.saveNumber] = .int(saveNumber) }
        if let setupOptions { state[Key.setupOptions] = .dictionary(setupOptions) }
        if let accumulationSteps { state[Key.accumulationSteps] = .int(accumulationSteps) }
        if let partSize { state[Key.partSize] = .int(partSize) }
        if let error { state[Key.error] = .string(error) }
        state[Key.environment] = .dictionary(environment)
        if let configuration { state[Key.configuration] = .dictionary(configuration) }
        for (id, plugin) in plugins { state[id] = plugin }
        return state
    }

    /// From a state in the form of this version, see `CheckpointMigration`.
    ///
    /// - Throws: `StateDictError` if the state is not what a trainer saves.
    init(_ state: StateDict) throws {
        let needed = [Key.version, Key.trainingState, Key.model, Key.random, Key.data]
        let missing = needed.filter { state[$0] == nil }.map(\.description)
        guard missing.isEmpty else {
            throw StateDictError("it was not saved by a trainer: it has no \(missing.joined(separator: ", "))")
        }
        _ = try state.string(Key.version)
        trainingState = try TrainingState(state.dictionary(Key.trainingState))
        let model = try state.dictionary(Key.model)
        modelState = try model.dictionary(Key.user)
        scalerState = model[Key.scaler] == nil ? nil : try model.dictionary(Key.scaler)
        runningLosses = try model.dictionary(Key.runningLosses)
        lastLosses = model[Key.lastLosses] == nil ? [:] : try model.dictionary(Key.lastLosses)
        validationScores = model[Key.validationScores] == nil ? [:] : try model.dictionary(Key.validationScores)
        random = try RandomState(state.dictionary(Key.random))
        ranks = try (state[Key.ranks] == nil ? [] : state.list(Key.ranks)).map { value in
            guard case .dictionary(let rank) = value else {
                throw StateDictError("what belongs to a rank is a \(value.typeName), and must be a dictionary")
            }
            return try RankState(rank)
        }
        data = try state.dictionary(Key.data)
        epochLayout = state[Key.epoch] == nil ? nil : try EpochLayout(state.dictionary(Key.epoch))
        position = try LoopPosition(state.string(Key.resumePoint))
        gradients = state[Key.gradients] == nil ? nil : try state.dictionary(Key.gradients)
        progress = try state.dictionary(Key.progress)
        orderSeed = state[Key.orderSeed] == nil ? nil : UInt64(UInt(bitPattern: try state.int(Key.orderSeed)))
        batches = state[Key.batches] == nil ? nil : try state.dictionary(Key.batches)
        validationTime = state[Key.validationTime] == nil ? nil : try state.time(Key.validationTime)
        written = state[Key.written] == nil ? [] : try state.list(Key.written)
        interrupted = state[Key.interrupted] == nil ? [] : try state.list(Key.interrupted)
        saveNumber = state[Key.saveNumber] == nil ? nil : try state.int(Key.saveNumber)
        setupOptions = state[Key.setupOptions] == nil ? nil : try state.dictionary(Key.setupOptions)
        accumulationSteps = state[Key.accumulationSteps] == nil ? nil : try state.int(Key.accumulationSteps)
        partSize = state[Key.partSize] == nil ? nil : try state.int(Key.partSize)
        error = state[Key.error] == nil ? nil : try state.string(Key.error)
        var plugins = StateDict()
        for (key, value) in state where !Key.all.contains(key.description) {
            guard case .dictionary = value else { continue }
            plugins[key] = value
        }
        self.plugins = plugins
        logs = state[Key.loggers] == nil ? [:] : try state.dictionary(Key.loggers)
        environment = state[Key.environment] == nil ? [:] : try state.dictionary(Key.environment)
        configuration = state[Key.configuration] == nil ? nil : try state.dictionary(Key.configuration)
    }
}

extension StateDict {
    /// A number of seconds.
    fileprivate func time(_ key: Key) throws -> Duration {
        let seconds = try double(key)
        // No training takes a million years; a damaged file that says so must not make the clock overflow.
        guard (0...3e13).contains(seconds) else { throw StateDictError("'\(key)' is no time: \(seconds)") }
        return .seconds(seconds)
    }

    /// A table of numbers by their names, in the names' order.
    fileprivate init(numbers: [String: Double]) {
        self.init()
        for (name, number) in numbers.sorted(by: { $0.key < $1.key }) { self[.string(name)] = .double(number) }
    }

    fileprivate func numbers() throws -> [String: Double] {
        try names.reduce(into: [:]) { $0[$1] = try double(.string($1)) }
    }
}
