import Foundation
import Logging

/// What a run tells: lines and warnings for the user, and a log.
final class RunLog {
    var console = Console()
    /// Whether lines and warnings are printed: only one of several processes does so.
    var isShown = true
    /// The log: a file while one is open, and what the application has set up for its own logs.
    private(set) var logger = RunLog.silent
    /// The file of the log, also after it was closed.
    private(set) var file: URL?

    private var openFile: (url: URL, log: RunLogFile)?
    /// The file that the run would log to if another run were not writing it.
    private var fileOfOther: URL?
    /// The warnings that `warnOnce` has printed in this run, and those that the log has.
    private var printedWarnings: Set<String> = []
    private var loggedWarnings: Set<String> = []
    /// After how many batches the last checkpoint was saved that the log names.
    private(set) var lastSaving: Int?

    private static var silent: Logger { Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() } }

    /// Whether there is no log because another run is writing it.
    var isLeftToOther: Bool { fileOfOther != nil }

    /// Logs to a file from now on, unless the run only adds to a log that another run is writing: then a warning says
    /// so, and there is no log.
    ///
    /// - Parameter isHeld: whether lines are held until `begin` says how the run begins.
    /// - Throws: `LogFileError` if the file cannot be written.
    func open(_ file: URL, label: String, isHeld: Bool) throws {
        guard file != openFile?.url, file != fileOfOther else { return }
        close()
        let log = try RunLogFile(file, isHeld: isHeld)
        // A training finds out when it begins, and fails.
        guard isHeld || log.take() else {
            fileOfOther = file
            return console.printWarning(
                "another run is writing the log \(VisibleText.of(file.path)): this one is not logged")
        }
        logger = Logger(label: label) { label in RunLog.handler(label, FileLogHandler(log)) }
        self.file = file
        openFile = (file, log)
    }

    /// Logs nothing from now on.
    func close() {
        openFile?.log.close()
        (openFile, fileOfOther) = (nil, nil)
        logger = RunLog.silent
    }

    /// Forgets which warnings were given.
    func beginRun() {
        printedWarnings = []
        loggedWarnings = []
        lastSaving = nil
    }

    // MARK: The beginning of a run

    /// Appends the lines so far to the log.
    ///
    /// - Throws: `LogFileError` if another run is writing the log.
    func begin() throws {
        try openFile?.log.begin()
    }

    /// Cuts the log of a training back to what it was at a checkpoint, or to nothing, and appends the lines so far.
    ///
    /// - Parameter state: what the checkpoint has of the log; `nil` if the training begins.
    /// - Throws: `LogFileError` if the log cannot be cut, or another run is writing it.
    func begin(resuming state: StateDict?) throws {
        guard let openFile else { return }
        // Checkpoints of older versions do not have the length.
        guard let state else { return note(missing: try openFile.log.begin(after: 0, isResumed: false)) }
        guard state["length"] != nil else { return try openFile.log.begin() }
        let length = max(0, try state.int("length"))
        let warnings = state["warnings"] == nil ? [] : try state.list("warnings")
        loggedWarnings = Set(warnings.compactMap(\.text))
        if case .int(let batch) = state["saving"] { lastSaving = batch }
        note(missing: try openFile.log.begin(after: length, isResumed: true))
    }

    /// What a checkpoint must have so that a resumed run's log equals an uninterrupted run's; `nil` without a log.
    func stateDict() -> StateDict? {
        guard let openFile else { return nil }
        return [
            "log_file": .string(openFile.url.path), "length": .int(openFile.log.length),
            "warnings": .list(loggedWarnings.sorted().map { .string($0) }),
            "saving": lastSaving.map { .int($0) } ?? StateValue.none,
        ]
    }

    /// Sends what `body` logs to a file beside the log, which has these lines already.
    func whileRepeating<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let openFile else { return try body() }
        return try openFile.log.whileRepeating(body)
    }

    private func note(missing: Int) {
        guard let openFile, missing > 0 else { return }
        warn(
            "\(VisibleText.of(openFile.url.path)) is \(missing) bytes shorter than at the checkpoint: lines are missing "
                + "in it")
    }

    // MARK: Telling

    /// Logs a line.
    func info(_ line: @autoclosure () -> String) {
        logger.info("\(line())")
    }

    /// Logs an error.
    func error(_ message: @autoclosure () -> String) {
        logger.error("\(message())")
    }

    /// Prints a line for the user, above the progress bar if there is one, and logs it.
    func print(_ line: String) {
        if isShown { console.printLine(line) }
        logger.info("\(line)")
    }

    /// Warns the user, and logs the warning.
    func warn(_ message: String) {
        if isShown { console.printWarning(message) }
        logger.warning("\(message)")
    }

    /// Warns the user once in a run, and logs the warning once however often the run is resumed.
    func warnOnce(_ message: String) {
        noteOnce(message, isWarning: true)
    }

    /// Does the same, but only logs the message if it is not a warning.
    func noteOnce(_ message: String, isWarning: Bool) {
        if isWarning, isShown, printedWarnings.insert(message).inserted { console.printWarning(message) }
        guard loggedWarnings.insert(message).inserted else { return }
        logger.log(level: isWarning ? .warning : .info, "\(message)")
    }

    /// Says that a checkpoint is being saved.
    ///
    /// - Parameter batch: how many batches had been trained.
    func noteSaving(_ fileName: String, after batch: Int) {
        lastSaving = batch
        logger.info("saving \(fileName)")
    }

    // MARK: The application's own logs

    /// The handler of the file, beside the one that the application has set up by `LoggingSystem.bootstrap`, if it has.
    private static func handler(_ label: String, _ file: FileLogHandler) -> any LogHandler {
        let application = Logger(label: label).handler
        // What swift-log uses if nothing was set up: it would print each line of the log on the terminal, too.
        guard !(application is StreamLogHandler) else { return file }
        return MultiplexLogHandler([file, application])
    }
}

extension StateValue {
    fileprivate var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}
