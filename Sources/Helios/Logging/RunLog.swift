import Foundation
import Logging

/// What a run tells: lines and warnings for the user, and a log.
final class RunLog {
    var console = Console()
    /// The log: a file while one is open.
    private(set) var logger = RunLog.silent
    /// The file of the log, also after it was closed.
    private(set) var file: URL?

    private var openFile: URL?
    private var warnings: Set<String> = []

    private static var silent: Logger { Logger(label: "helios") { _ in SwiftLogNoOpLogHandler() } }

    /// Logs to a file from now on.
    ///
    /// - Throws: `LogFileError` if the file cannot be written.
    func open(_ file: URL, label: String) throws {
        guard file != openFile else { return }
        logger = Logger(label: label) { [handler = try FileLogHandler(file)] _ in handler }
        self.file = file
        openFile = file
    }

    /// Logs nothing from now on.
    func close() {
        openFile = nil
        logger = RunLog.silent
    }

    /// Forgets which warnings came up already.
    func beginRun() {
        warnings = []
    }

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
        console.printLine(line)
        logger.info("\(line)")
    }

    /// Warns the user, and logs the warning.
    func warn(_ message: String) {
        console.printWarning(message)
        logger.warning("\(message)")
    }

    /// Warns the user once in a run of what would come up again and again.
    func warnOnce(_ message: String) {
        guard warnings.insert(message).inserted else { return }
        warn(message)
    }
}
