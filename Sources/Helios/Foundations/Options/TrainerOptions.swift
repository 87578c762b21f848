/// What a trainer does, and how, with one property for each group of options.
///
/// Usually, you create a trainer with the groups themselves:
/// ```swift
/// let trainer = try Trainer(.epochs(20), validation: .every(1, stopAfter: 5), checkpoints: .in(folder, every: 1))
/// ```
/// Options that would contradict each other are in one group, in which the contradiction cannot be expressed. A plug-in
/// can change the options before a run (`Plugin.configure(_:)`); from then on, they are fixed.
public struct TrainerOptions: Sendable, Hashable {
    /// The default seed, which is the same as in Python Helios.
    public static let defaultSeed: UInt64 = 6691

    /// How long to train, in epochs or iterations. A trainer without a length only tests and predicts.
    public var length: Length?
    /// When to validate the model, and when that ends training. `nil` (written `.never`) disables validation.
    public var validation: Validation?
    /// Where to save checkpoints, which of them to keep, and how to use them. `nil` (written `.none`) saves none.
    public var checkpoints: Checkpoints?
    /// The number of batches for each optimizer step.
    public var accumulation: Accumulation = .batches(1)
    /// What to do if there is not enough memory for a training step.
    public var outOfMemory: OutOfMemory = .fails
    /// How much of the data to use.
    public var data: DataLimits = .all
    /// Where to write the log, and how often to log a batch.
    public var logs: Logs = .none
    /// The seed of all random generators.
    public var seed: UInt64 = TrainerOptions.defaultSeed
    /// Whether operations must give the same bits every time, and whether the number of processes may change them.
    public var deterministic: Determinism = false
    /// Where to train.
    public var device: Device = .auto
    /// The number of processes that train together: as many as a launcher such as torchrun started, or a number of
    /// processes to start.
    public var processes: Processes = .launched
    /// The number of threads that an operation may use. After the run, the process has its previous number again.
    public var threads: ThreadCount = .unchanged
    /// Whether operations on the CPU treat denormal numbers, which are closer to zero than 1.2e-38, as zero. This is
    /// faster if such numbers occur, and it may change results. After the run, the process has its previous mode again.
    public var flushDenormals = false
    /// Whether SIGINT, SIGTERM and SIGHUP end the training after the current step, with a checkpoint. A second SIGINT
    /// or SIGTERM ends the process at once.
    public var stopsOnSignals = true
    /// What a run shows on the terminal.
    public var display: Display = .all
    /// What a run examines while training.
    public var diagnostics: Diagnostics = []

    /// The options of `Trainer()`: no length, and the default of each group.
    public init() {}
}

/// The number of threads that an operation of a run may use.
public enum ThreadCount: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// As many as the process has set; by default, one for each core.
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

        /// A line for each epoch. In between, it shows the live view on a terminal, and otherwise a line every ten
        /// seconds.
        public static let progress = Display(rawValue: 1)
        /// The versions, the device, and the seed, at the start of the run.
        public static let banner = Display(rawValue: 2)
        /// Everything.
        public static let all: Display = [.progress, .banner]
        /// Only warnings.
        public static let nothing: Display = []
    }

    /// What a run examines while training.
    public struct Diagnostics: OptionSet, Sendable, Hashable {
        public let rawValue: Int

        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Prints at the end of the run how the time was spent.
        public static let profile = Diagnostics(rawValue: 1)
        /// Checks the output of every layer. The first output that is not finite causes an error that names the layer.
        /// This is slow; use it to find out where a NaN comes from.
        public static let nanGuard = Diagnostics(rawValue: 2)
        /// Checks the loss and all gradients. If the result of a function in a backward pass is not finite, an error
        /// names the function, the layer, and the iteration. A parameter whose gradient is not finite is an error too.
        /// This is slow; use it to find out where a NaN comes from.
        public static let anomalies = Diagnostics(rawValue: 4)
    }
}
