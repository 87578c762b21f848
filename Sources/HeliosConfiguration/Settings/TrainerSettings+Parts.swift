import Foundation
import Helios

/// Throws for the first of some counts that is below one.
private func requirePositive(_ counts: [(String, Int?)]) throws {
    for (name, count) in counts {
        if let count, count < 1 { throw ConfigOptionError(name, "must be positive, not \(count)") }
    }
}

/// When a model is validated, see `TrainerOptions.Validation`.
public struct ValidationSettings: ConfigOptions {
    /// The interval, in epochs or iterations, whichever the training counts.
    public var every = 1
    /// A part of an epoch, as 0.25, after each of which the model is validated; `null` for `every`.
    public var fraction: Double?
    /// A number of iterations, also within an epoch, after which the model is validated; `null` for `every`.
    public var iterations: Int?
    /// How many seconds of training are between two validations; `null` for `every`.
    public var time: Duration?
    /// Ends the training after this many validations in a row without improvement.
    public var stopAfter: Int?
    /// With how many batches to validate before a new training.
    public var sanityCheck = 0
    /// How many batches a validation has at most.
    public var limit: Int?

    public init() {}

    public func validate() throws {
        try requirePositive([
            ("every", every), ("iterations", iterations), ("stopAfter", stopAfter), ("limit", limit),
        ])
        if let fraction, !(fraction > 0 && fraction <= 1) {
            throw ConfigOptionError("fraction", "must be greater than 0 and at most 1, not \(fraction)")
        }
        if let time, time <= .zero { throw ConfigOptionError("time", "must be positive") }
        let intervals = [
            ("every", every != 1), ("fraction", fraction != nil), ("iterations", iterations != nil),
            ("time", time != nil),
        ].filter(\.1).map(\.0)
        if intervals.count > 1 {
            throw ConfigOptionError(intervals[1], "and '\(intervals[0])' are both given: leave one out")
        }
        guard sanityCheck >= 0 else {
            throw ConfigOptionError("sanityCheck", "must not be negative, and is \(sanityCheck)")
        }
    }

    var options: TrainerOptions.Validation {
        .every(interval, stopAfter: stopAfter, sanityCheck: sanityCheck, limit: limit)
    }

    private var interval: TrainerOptions.Validation.Interval {
        if let fraction { return .fraction(fraction) }
        if let iterations { return .iterations(iterations) }
        if let time { return .time(time) }
        return .units(every)
    }
}

/// Where checkpoints go and which stay, see `TrainerOptions.Checkpoints`.
public struct CheckpointSettings: ConfigOptions {
    /// The folder, inside the run's folder.
    public var folder = "checkpoints"
    /// The interval, in epochs or iterations; `null` for one at the end.
    public var every: Int? = 1
    /// How many of the newest stay; `null` for all.
    public var keepLast: Int?
    /// Those at multiples of this stay too.
    public var keepEvery: Int?
    public var writing = CheckpointWriteMode.sync
    public var onResume = ResumePolicy.keep
    public var onError = ErrorPolicy.saveNothing

    public init() {}

    public func validate() throws {
        try requirePositive([("every", every), ("keepLast", keepLast), ("keepEvery", keepEvery)])
        if folder.isEmpty { throw ConfigOptionError("folder", "must be a path") }
        if keepEvery != nil, keepLast == nil {
            throw ConfigOptionError("keepEvery", "says nothing without 'keepLast': all checkpoints stay")
        }
    }

    func options(in run: URL) -> TrainerOptions.Checkpoints {
        .in(
            folder.folder(in: run), every: every, keeping: keepLast.map { .last($0, every: keepEvery) } ?? .all,
            writing: writing, onResume: onResume, onError: onError)
    }
}

/// How many batches make a step, see `TrainerOptions.Accumulation`.
public struct AccumulationSettings: ConfigOptions {
    public var batches = 1
    /// What happens to the batches at the end of an epoch that are fewer.
    public var remainder = AccumulationRemainder.step

    public init() {}

    public func validate() throws {
        try requirePositive([("batches", batches)])
    }
}

/// How much of the data is used, see `TrainerOptions.DataLimits`.
public struct DataLimitSettings: ConfigOptions {
    /// How many batches an epoch has at most.
    public var train: Int?
    /// How many batches a test has at most.
    public var test: Int?
    /// Trains and validates with the same few batches.
    public var overfit: Int?

    public init() {}

    public static var changeableOptions: Set<String> { ["test"] }

    public func validate() throws {
        try requirePositive([("train", train), ("test", test), ("overfit", overfit)])
        if overfit != nil, train != nil {
            throw ConfigOptionError("overfit", "and 'train' are both given: leave one out")
        }
    }
}

/// Where logs go, see `TrainerOptions.Logs`.
public struct LogSettings: ConfigOptions {
    /// The folder, inside the run's folder.
    public var folder = "logs"
    /// The name of the run and of its file; `null` for the model's.
    public var name: String?
    /// After how many iterations losses and learning rates are logged; `null` for never.
    public var every: Int? = 10
    /// What writes curves beside the text log: `csv`, `jsonl`, and what the program knows.
    public var loggers: [String] = []

    public init() {}

    public func validate() throws {
        try requirePositive([("every", every)])
        if folder.isEmpty { throw ConfigOptionError("folder", "must be a path") }
    }
}

/// Whether operations must give the same bits every time.
public enum DeterminismSetting: String, Sendable, CaseIterable {
    case no
    case yes
    case acrossRanks
}

/// What a run shows on the terminal.
public enum DisplaySetting: String, Codable, Sendable, CaseIterable {
    case progress
    case banner
}

/// What a run looks into besides training.
public enum DiagnosticSetting: String, Codable, Sendable, CaseIterable {
    case profile
    case nanGuard
    case anomalies

    var option: TrainerOptions.Diagnostics {
        switch self {
        case .profile: .profile
        case .nanGuard: .nanGuard
        case .anomalies: .anomalies
        }
    }
}

/// What to do if there is not enough memory for a training step, see `TrainerOptions.OutOfMemory`.
public enum OutOfMemorySetting: String, Codable, Sendable, CaseIterable {
    case fails
    case splits
}

extension DeterminismSetting: Codable, ConfigNodeDecodable, ConfigFormed {
    init(_ node: ConfigNode, path: String) throws {
        switch node.value {
        case true: self = .yes
        case false: self = .no
        case .string(let text) where OptionName.key(text) == OptionName.key("acrossRanks"): self = .acrossRanks
        default: throw ConfigDecoder.mustBe("true, false or \"acrossRanks\"", node, path)
        }
    }

    static var configForm: ConfigForm { .either([.boolean, .choice(["acrossRanks"])]) }

    var configValue: ConfigValue {
        switch self {
        case .no: false
        case .yes: true
        case .acrossRanks: "acrossRanks"
        }
    }
}

extension CheckpointWriteMode: Codable {}
extension ResumePolicy: Codable {}
extension ErrorPolicy: Codable {}
extension AccumulationRemainder: Codable {}
extension TrainingUnit: Codable {}
