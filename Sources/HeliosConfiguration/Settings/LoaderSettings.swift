import Helios

/// How samples become batches, as a configuration has it; `LoaderOptions` says what each does.
public struct LoaderSettings: ConfigOptions {
    /// The number of samples in a batch.
    public var batchSize = 1
    /// Whether each epoch has an order of its own.
    public var shuffle = false
    /// Whether a smaller batch at the end of an epoch is left out.
    public var dropLast = false
    /// How many threads make batches ahead: a number, or `automatic`.
    public var workers = WorkerSetting.count(0)
    /// How many batches each worker may be ahead.
    public var prefetch: Int?
    /// How many bytes the batches may take that are ahead.
    public var prefetchBytes: Int?
    /// How many seconds a batch of workers may take.
    public var timeout: Duration?
    public var persistentWorkers = false
    public var pinMemory = false
    /// How many samples of an epoch may fail and be left out; `null` makes the first failure an error.
    public var skipFailures: Int?
    /// The seed of the order; the trainer's unless given.
    public var seed: UInt64?
    /// Whether each of several processes gets its part of every batch; by default only in training.
    public var isDistributed: Bool?
    public var drawsLikePyTorch = false

    public init() {}

    public static var changeableOptions: Set<String> {
        ["workers", "prefetch", "prefetchBytes", "timeout", "persistentWorkers", "pinMemory"]
    }

    /// Settings with the usual parts.
    public init(batchSize: Int, shuffle: Bool = false, dropLast: Bool = false, workers: WorkerSetting = 0) {
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.dropLast = dropLast
        self.workers = workers
    }

    public func validate() throws {
        for (name, count) in [("batchSize", batchSize), ("prefetch", prefetch), ("prefetchBytes", prefetchBytes)] {
            if let count, count < 1 { throw ConfigOptionError(name, "must be positive, not \(count)") }
        }
        if case .count(let count) = workers, !(0...1024).contains(count) {
            throw ConfigOptionError("workers", "must be from 0 to 1024, not \(count)")
        }
        if let timeout, timeout <= .zero { throw ConfigOptionError("timeout", "must be positive") }
        if let skipFailures, skipFailures < 0 {
            throw ConfigOptionError("skipFailures", "must not be negative, and is \(skipFailures)")
        }
    }

    /// The options of a loader.
    public var options: LoaderOptions {
        LoaderOptions(
            batchSize: batchSize, shuffle: shuffle, dropLast: dropLast, workers: workers.count, prefetch: prefetch,
            prefetchBytes: prefetchBytes, timeout: timeout, persistentWorkers: persistentWorkers, pinMemory: pinMemory,
            onFailure: skipFailures.map { .skip(limit: $0) } ?? .throw, seed: seed, isDistributed: isDistributed,
            drawsLikePyTorch: drawsLikePyTorch)
    }
}

/// How many threads make batches: a number, or `automatic`.
public enum WorkerSetting: Sendable, Hashable, ExpressibleByIntegerLiteral {
    case count(Int)
    case automatic

    public init(integerLiteral value: Int) {
        self = .count(value)
    }

    /// The number for a loader.
    public var count: WorkerCount {
        switch self {
        case .count(let count): .count(count)
        case .automatic: .automatic
        }
    }
}

extension WorkerSetting: ConfigNodeDecodable, ConfigFormed {
    init(_ node: ConfigNode, path: String) throws {
        if node.text == "automatic" {
            self = .automatic
        } else {
            guard case .scalar(.int(let count)) = node.content else {
                throw ConfigDecoder.mustBe("a whole number or \"automatic\"", node, path)
            }
            self = .count(count)
        }
    }

    static var configForm: ConfigForm { .either([.integer, .choice(["automatic"])]) }

    var configValue: ConfigValue {
        switch self {
        case .count(let count): .int(count)
        case .automatic: "automatic"
        }
    }
}

extension WorkerSetting: Codable {
    /// Reads what `encode` writes, with any decoder.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = (try? container.decode(Int.self)).map { .count($0) } ?? .automatic
    }

    public func encode(to encoder: any Encoder) throws {
        try configValue.encode(to: encoder)
    }
}
