import Foundation
import Helios

/// The options of a trainer, as a configuration has them.
///
/// ```yaml
/// trainer:
///   epochs: 20
///   validation: {every: 1, stopAfter: 5}
///   checkpoints: {every: 1, keepLast: 3}
///   device: cuda
/// ```
/// `TrainerOptions` says what each does. A folder is one inside the run's folder, unless it begins with `/`.
public struct TrainerSettings: ConfigOptions {
    /// How many epochs to train.
    public var epochs: Int?
    /// How many iterations to train; at most one of the two may be given.
    public var iterations: Int?
    /// How many epochs to train before anything but an interruption ends the training.
    public var minimumEpochs: Int?
    /// The same as a number of iterations; at most one of the two may be given.
    public var minimumIterations: Int?
    /// How many seconds a run may take.
    public var timeLimit: Duration?
    /// When the model is validated; `null` for never.
    public var validation: ValidationSettings? = ValidationSettings()
    /// Where checkpoints go, and when; `null` for none.
    public var checkpoints: CheckpointSettings? = CheckpointSettings()
    /// How many batches make one step of the optimizer.
    public var accumulation = AccumulationSettings()
    /// What to do if there is not enough memory for a training step: `fails` or `splits`.
    public var outOfMemory = OutOfMemorySetting.fails
    /// How much of the data is used.
    public var data = DataLimitSettings()
    /// Where the logs go; `null` for none.
    public var logs: LogSettings? = LogSettings()
    /// What all random generators start from.
    public var seed = TrainerOptions.defaultSeed
    /// Whether operations must give the same bits every time: `true`, `false` or `acrossRanks`.
    public var deterministic = DeterminismSetting.no
    /// Into how many parts a batch is cut with `deterministic: acrossRanks`.
    public var shards = 4
    /// Where to train: `auto`, `cpu`, `cuda` or `cuda:1`.
    public var device = "auto"
    /// How many processes train together; `null` for as many as a launcher started.
    public var processes: Int?
    /// How many seconds a process waits for the others.
    public var processTimeout = Duration.seconds(60)
    /// How many threads an operation may use; `null` for as many as the process has set.
    public var threads: Int?
    /// Whether numbers nearer to zero than 1.2e-38 become zero.
    public var flushDenormals = false
    /// Whether Ctrl-C and the like end the training after the current step.
    public var stopsOnSignals = true
    /// What is shown on the terminal.
    public var display: [DisplaySetting] = [.progress, .banner]
    /// What is looked into besides training.
    public var diagnostics: [DiagnosticSetting] = []

    public init() {}

    public static var changeableOptions: Set<String> {
        [
            "epochs", "iterations", "minimumEpochs", "minimumIterations", "timeLimit", "validation", "checkpoints",
            "logs",
            "outOfMemory", "device", "processes", "processTimeout", "threads", "stopsOnSignals", "display",
            "diagnostics",
        ]
    }

    /// Settings with a number of epochs.
    public init(epochs: Int) {
        self.epochs = epochs
    }

    /// Settings with a number of iterations.
    public init(iterations: Int) {
        self.iterations = iterations
    }

    public func validate() throws {
        if epochs != nil, iterations != nil {
            throw ConfigOptionError("iterations", "and 'epochs' are both given: leave one out")
        }
        for (name, count) in [
            ("epochs", epochs), ("iterations", iterations), ("minimumEpochs", minimumEpochs),
            ("minimumIterations", minimumIterations),
        ] {
            if let count, count < 1 { throw ConfigOptionError(name, "must be positive, not \(count)") }
        }
        try validateMinimum()
        if let processes, !(1...65536).contains(processes) {
            throw ConfigOptionError("processes", "must be from 1 to 65536, not \(processes)")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ConfigOptionError("threads", "must be from 1 to 1024, not \(threads)")
        }
        guard (1...1024).contains(shards), shards.nonzeroBitCount == 1 else {
            throw ConfigOptionError("shards", "must be a power of two from 1 to 1024, not \(shards)")
        }
        if let timeLimit, timeLimit <= .zero { throw ConfigOptionError("timeLimit", "must be positive") }
        guard processTimeout > .zero else { throw ConfigOptionError("processTimeout", "must be positive") }
        do {
            _ = try parsedDevice()
        } catch {
            throw ConfigOptionError("device", "is no device: \(error)")
        }
    }

    private func validateMinimum() throws {
        if minimumEpochs != nil, minimumIterations != nil {
            throw ConfigOptionError("minimumIterations", "and 'minimumEpochs' are both given: leave one out")
        }
        if minimumEpochs != nil, iterations != nil {
            throw ConfigOptionError("minimumEpochs", "needs a training by epoch: use 'minimumIterations'")
        }
        for (name, minimum, length) in [
            ("minimumEpochs", minimumEpochs, epochs), ("minimumIterations", minimumIterations, iterations),
        ] {
            if let minimum, let length, minimum > length {
                throw ConfigOptionError(name, "is \(minimum), and the training has only \(length)")
            }
        }
    }

    private var minimum: TrainerOptions.Length.Minimum? {
        minimumEpochs.map { .epochs($0) } ?? minimumIterations.map { .iterations($0) }
    }

    private func parsedDevice() throws -> Device { device == "auto" ? .auto : try Device(device) }

    /// The options of a trainer that keeps all its files in a folder.
    ///
    /// - Throws: as `validate`.
    public func options(in folder: URL) throws -> TrainerOptions {
        try validate()
        var options = TrainerOptions()
        if let iterations {
            options.length = .iterations(iterations, atLeast: minimum, timeLimit: timeLimit)
        } else if let epochs {
            options.length = .epochs(epochs, atLeast: minimum, timeLimit: timeLimit)
        } else if let timeLimit {
            options.length = .unlimited(.epoch, atLeast: minimum, timeLimit: timeLimit)
        }
        options.validation = validation?.options
        options.checkpoints = checkpoints?.options(in: folder)
        options.accumulation = .batches(accumulation.batches, remainder: accumulation.remainder)
        options.outOfMemory = outOfMemory == .splits ? .splits : .fails
        options.data =
            data.overfit.map { .overfit(batches: $0, test: data.test) } ?? .first(train: data.train, test: data.test)
        if let logs {
            options.logs = .in(logs.folder.folder(in: folder), name: logs.name, every: logs.every)
        }
        options.seed = seed
        options.deterministic =
            switch deterministic {
            case .no: false
            case .yes: true
            case .acrossRanks: .acrossRanks(shards: shards)
            }
        options.device = try parsedDevice()
        options.processes = .init(count: processes, timeout: processTimeout)
        options.threads = threads.map { .count($0) } ?? .unchanged
        options.flushDenormals = flushDenormals
        options.stopsOnSignals = stopsOnSignals
        options.display = display.reduce(into: []) { $0.insert($1 == .progress ? .progress : .banner) }
        options.diagnostics = diagnostics.reduce(into: []) { $0.insert($1.option) }
        return options
    }
}

extension String {
    /// The folder of this path inside another, unless the path begins with `/`.
    func folder(in folder: URL) -> URL {
        hasPrefix("/") ? URL(filePath: self) : folder.appending(path: self)
    }
}
