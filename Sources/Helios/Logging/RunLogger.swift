import Foundation

/// The destination of a run's records: a file, TensorBoard, or a service.
///
/// ```swift
/// let trainer = try Trainer(.epochs(20), logs: .in(folder))
/// try trainer.register(CSVLogger())
/// ```
/// All loggers of a trainer receive all records, in the order in which they were logged, on a separate thread, so
/// training does not wait for them. Two calls never overlap, but they may come from different threads.
///
/// A logger that throws does not end training: a warning appears the first time, and a warning at the end says how many
/// records could not be logged.
public protocol RunLogger: AnyObject {
    /// The name of the logger's state in checkpoints, such as `csv`. The loggers of a trainer have different names.
    var id: String { get }

    /// The kinds of values that the logger can show. It does not receive records of other kinds, and the log says so
    /// once.
    var supportedKinds: Set<LoggedKind> { get }

    /// Begins a run.
    ///
    /// - Throws: any error that makes logging impossible, such as a folder that cannot be written. The error ends the
    ///   run before its first step.
    func open(_ run: LoggedRun) throws

    /// Writes records of the kinds that the logger supports.
    ///
    /// - Throws: the reason why the records are lost. Some of them may have been written.
    func write(_ records: [LogRecord]) throws

    /// Flushes everything received so far. It is called every 20 seconds, at each checkpoint, and at the end.
    func flush() throws

    /// Returns the state that a resumed run needs in order to continue as if it had never stopped. It is called after
    /// `flush`, for each checkpoint.
    func stateDict() throws -> StateDict

    /// Ends the run.
    func close() throws
}

/// A run that a logger records.
public struct LoggedRun: Sendable {
    /// How a run begins.
    public enum Start: Sendable {
        /// A training from its first step. The logs of an earlier training with the same name are not part of it.
        case new
        /// A training that resumes from a checkpoint, which contains this state of the logger.
        case resumed(StateDict)
        /// A run that adds to the existing logs: a test or a prediction.
        case added
    }

    /// The name of the run: the model's `saveName`, unless the options specify another.
    public let name: String
    /// The log folder of the run.
    public let folder: URL
    /// How the run begins.
    public let start: Start
    /// The machine and the versions.
    public let environment: EnvironmentDescription
    /// Shows a warning to the user. It may be called on any thread.
    public let warn: @Sendable (String) -> Void

    /// Creates a run. Trainers and tests of loggers use this initializer.
    public init(
        name: String, folder: URL, start: Start, environment: EnvironmentDescription,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.name = name
        self.folder = folder
        self.start = start
        self.environment = environment
        self.warn = warn
    }
}
