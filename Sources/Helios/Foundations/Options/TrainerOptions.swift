/// What a trainer does, and how: one property for each group of options.
///
/// A trainer is usually made with the groups themselves:
/// ```swift
/// let trainer = try Trainer(.epochs(20), validation: .every(1, stopAfter: 5), checkpoints: .in(folder, every: 1))
/// ```
/// Options that would contradict each other are in one group, in which the contradiction cannot be written. A plug-in
/// may change them before a run (`Plugin.configure(_:)`); from then on they are fixed.
public struct TrainerOptions: Sendable, Hashable {
    /// The seed that is used if none is given; the same as in Python Helios.
    public static let defaultSeed: UInt64 = 6691

    /// How long to train, and what is counted. A trainer without a length tests and predicts.
    public var length: Length?
    /// When the model is validated, and when that ends the training. `nil`, which `.never` stands for, disables it.
    public var validation: Validation?
    /// Where checkpoints are saved, which ones, and what they are used for. `nil`, or `.none`, saves none.
    public var checkpoints: Checkpoints?
    /// How many batches make one step of the optimizer.
    public var accumulation: Accumulation = .batches(1)
    /// What happens if there is too little memory for a training step.
    public var outOfMemory: OutOfMemory = .fails
    /// How much of the data is used.
    public var data: DataLimits = .all
    /// Where the log goes, and how often a batch is logged.
    public var logs: Logs = .none
    /// What all random generators start from.
    public var seed: UInt64 = TrainerOptions.defaultSeed
    /// Whether operations must give the same bits every time, and whether the number of processes may change them.
    public var deterministic: Determinism = false
    /// Where to train.
    public var device: Device = .auto
    /// How many processes train together: as many as a launcher such as torchrun started, or a number that are started
    /// here.
    public var processes: Processes = .launched
    /// How many threads an operation may use. When the run is over, the process has its own number again.
    public var threads: ThreadCount = .unchanged
    /// Whether operations on the processor take numbers nearer to zero than 1.2e-38 for zero: faster where there are
    /// such numbers, with other results. When the run is over, the process has its own mode again.
    public var flushDenormals = false
    /// Whether SIGINT, SIGTERM and SIGHUP end the training after the current step, with a checkpoint. A second SIGINT
    /// or SIGTERM ends the process at once.
    public var stopsOnSignals = true
    /// What a run shows on the terminal.
    public var display: Display = .all
    /// What a run looks into besides training.
    public var diagnostics: Diagnostics = []

    /// The options of `Trainer()`: no length, and the default of each group.
    public init() {}
}

/// How many threads an operation of a run may use.
public enum ThreadCount: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// As many as the process has set; by default one for each core.
    case unchanged
    /// A number of threads from 1 to 1024. `Trainer.findThreadCount` suggests one.
    case count(Int)

    /// A number of threads, as in `threads: 1`.
    public init(integerLiteral value: Int) {
        self = .count(value)
    }
}

extension TrainerOptions {
    /// What a run shows on the terminal. Warnings are always shown.
    public struct Display: OptionSet, Sendable, Hashable {
        public let rawValue: Int

        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// A line for each epoch; between them the live view on a terminal, and elsewhere a line every ten seconds.
        public static let progress = Display(rawValue: 1)
        /// Versions, device and seed at the start of the run.
        public static let banner = Display(rawValue: 2)
        /// Everything.
        public static let all: Display = [.progress, .banner]
        /// Nothing but warnings.
        public static let nothing: Display = []
    }

    /// What a run looks into besides training.
    public struct Diagnostics: OptionSet, Sendable, Hashable {
        public let rawValue: Int

        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Prints at the end of the run where the time went.
        public static let profile = Diagnostics(rawValue: 1)
        /// Checks the output of every layer: the first one that is not finite is an error that names the layer. Slow;
        /// it is for finding out where a NaN comes from.
        public static let nanGuard = Diagnostics(rawValue: 2)
        /// Checks the loss and all gradients: the first function of a backward pass whose result is not finite is an
        /// error that names it, the layer and the iteration, and so is a parameter whose gradient is not finite. Slow;
        /// it is for finding out where a NaN comes from.
        public static let anomalies = Diagnostics(rawValue: 4)
    }
}
