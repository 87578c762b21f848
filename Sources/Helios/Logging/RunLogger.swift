import Foundation

/// Where a run's records go: a file, TensorBoard, a service.
///
/// ```swift
/// let trainer = try Trainer(.epochs(20), logs: .in(folder))
/// try trainer.register(CSVLogger())
/// ```
/// All loggers of a trainer get all records, in the order in which they were logged, from a thread of their own:
/// training does not wait for them. Two calls never overlap, though not all come from the same thread.
///
/// A logger that throws does not end the training: the user is warned once, and told at the end on how many records it
/// failed.
public protocol RunLogger: AnyObject {
    /// The name under which checkpoints have its state, as in `csv`. A trainer has one logger of a name.
    var id: String { get }

    /// What it can show. Of other kinds it gets no records, and the log says so once.
    var supportedKinds: Set<LoggedKind> { get }

    /// Begins a run.
    ///
    /// - Throws: what makes it impossible to log at all, such as a folder that cannot be written. That ends the run
    ///   before its first step.
    func open(_ run: LoggedRun) throws

    /// Takes records of the kinds that it supports.
    ///
    /// - Throws: why they are lost. It may have written some of them.
    func write(_ records: [LogRecord]) throws

    /// Flushes what it has received so far. Called every 20 seconds, at each checkpoint, and at the end.
    func flush() throws

    /// What a resumed run needs to continue as if it had never stopped. Called after `flush`, for each checkpoint.
    func stateDict() throws -> StateDict

    /// Ends the run.
    func close() throws
}

/// The run that a logger logs.
public struct LoggedRun: Sendable {
    /// How a run begins.
    public enum Start: Sendable {
        /// A training from its first step. What an earlier one left under the same name is not part of it.
        case new
        /// A training that continues from a checkpoint, which has this state of the logger.
        case resumed(StateDict)
        /// A run that adds to what is there: a test or a prediction.
        case added
    }

    /// The name of the run: the model's `saveName`, if the options give no other.
    public let name: String
    /// The folder of the run's logs.
    public let folder: URL
    /// How it begins.
    public let start: Start
    /// The machine and the versions.
    public let environment: EnvironmentDescription
    /// Warns the user. May be called from any thread.
    public let warn: @Sendable (String) -> Void

    /// A run, as a trainer makes it and a test of a logger may.
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
