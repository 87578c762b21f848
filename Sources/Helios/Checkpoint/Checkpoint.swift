import Foundation

/// What a checkpoint holds, under the keys of Python Helios: everything that a run needs to go on as if it had never
/// stopped.
struct Checkpoint {
    enum Key {
        static let version: StateDict.Key = "version"
        static let trainingState: StateDict.Key = "training_state"
        static let model: StateDict.Key = "model"
        static let random: StateDict.Key = "rng"
        static let loggers: StateDict.Key = "loggers"
        static let data: StateDict.Key = "datamodule"
        static let epoch: StateDict.Key = "epoch_shape"
        // Inside "model":
        static let user: StateDict.Key = "user"
        static let scaler: StateDict.Key = "amp_scaler"
        static let runningLosses: StateDict.Key = "running_losses"
    }

    let trainingState: TrainingState
    let modelState: StateDict
    let scalerState: StateDict?
    let runningLosses: StateDict
    let random: RandomState
    let data: StateDict
    let epochShape: EpochShape?
    let logFile: String?

    init<Batch>(
        trainingState: TrainingState, model: Model<Batch>, data: DataModule<Batch>, random: RandomState, logFile: URL?
    ) throws {
        self.trainingState = trainingState
        modelState = try model.stateDict()
        scalerState = try model.mixedPrecision?.scaler.stateDict()
        var losses = StateDict()
        for (name, sum) in model.runningLosses.sorted(by: { $0.key < $1.key }) { losses[name] = .double(sum) }
        runningLosses = losses
        self.random = random
        self.data = try data.stateDict()
        epochShape = data.trainDataLoader.map { EpochShape($0) }
        self.logFile = logFile?.path
    }

    /// Restores the model; with `fastInit` its networks only.
    func restore<Batch>(_ model: Model<Batch>, fastInit: Bool) throws {
        if !fastInit, let mixedPrecision = model.mixedPrecision {
            guard let scalerState else {
                throw StateDictError("it has no state of a scaler: it was saved without mixed precision")
            }
            try mixedPrecision.scaler.loadStateDict(scalerState)
        }
        try model.loadStateDict(modelState, fastInit: fastInit)
        if !fastInit {
            for name in runningLosses.names { model.runningLosses[name] = try runningLosses.double(.string(name)) }
        }
    }
}

extension Checkpoint {
    func stateDict() -> StateDict {
        var model: StateDict = [
            Key.user: .dictionary(modelState), Key.runningLosses: .dictionary(runningLosses),
        ]
        if let scalerState { model[Key.scaler] = .dictionary(scalerState) }
        let log: StateValue = logFile.map { .string($0) } ?? .none
        var state: StateDict = [
            Key.version: .string(Helios.version),
            Key.trainingState: .dictionary(trainingState.stateDict()),
            Key.model: .dictionary(model),
            Key.random: .dictionary(random.stateDict()),
            Key.loggers: .dictionary(["root": .dictionary(["log_file": log])]),
            Key.data: .dictionary(data),
        ]
        if let epochShape { state[Key.epoch] = .dictionary(epochShape.stateDict()) }
        return state
    }

    /// - Throws: `StateDictError` where the state is not what a trainer saves.
    init(_ state: StateDict) throws {
        let needed = [Key.version, Key.trainingState, Key.model, Key.random, Key.data]
        let missing = needed.filter { state[$0] == nil }.map(\.description)
        guard missing.isEmpty else {
            throw StateDictError("it was not saved by a trainer: it has no \(missing.joined(separator: ", "))")
        }
        let version = try state.string(Key.version)
        guard !Version(version).isNewer(than: Version(Helios.version)) else {
            throw StateDictError("it was saved by Helios \(version), which is newer than this one (\(Helios.version))")
        }
        trainingState = try TrainingState(state.dictionary(Key.trainingState))
        let model = try state.dictionary(Key.model)
        modelState = try model.dictionary(Key.user)
        scalerState = model[Key.scaler] == nil ? nil : try model.dictionary(Key.scaler)
        runningLosses = try model.dictionary(Key.runningLosses)
        random = try RandomState(state.dictionary(Key.random))
        data = try state.dictionary(Key.data)
        epochShape = state[Key.epoch] == nil ? nil : try EpochShape(state.dictionary(Key.epoch))
        logFile = try? state.dictionary(Key.loggers).dictionary("root").string("log_file")
    }
}

/// A version as numbers, for comparison: what is no number counts as 0.
struct Version {
    private let numbers: [Int]

    init(_ text: String) {
        numbers = text.split(separator: ".").map { Int($0) ?? 0 }
    }

    func isNewer(than other: Version) -> Bool {
        let length = max(numbers.count, other.numbers.count)
        func padded(_ numbers: [Int]) -> [Int] { numbers + Array(repeating: 0, count: length - numbers.count) }
        return padded(other.numbers).lexicographicallyPrecedes(padded(numbers))
    }
}
