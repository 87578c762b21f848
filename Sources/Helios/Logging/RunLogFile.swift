import Foundation
import Synchronization

/// The log file of a run, whose lines are those of a run that never stopped, however often it was resumed.
///
/// Before its first step, a resumed run prints lines that an uninterrupted run does not print there: its banner, and
/// what it resumes from. They go to a file beside the log, `<name>.resumes.log`. So lines are held until it is known
/// how the run begins.
///
/// A log belongs to one run at a time. The lines that a second one holds are dropped: it fails with an error before
/// it begins.
final class RunLogFile: Sendable {
    private enum Phase {
        /// It is not known yet how the run begins.
        case holding([String])
        /// Lines go into the log.
        case open
        /// Lines go into the file beside it, since the log has them already.
        case repeating
    }

    private let file: LogFile
    private let path: String
    private let warn: @Sendable (String) -> Void
    private let phase: Mutex<Phase>

    /// - Parameters:
    ///   - warn: takes a warning about lines that cannot be written; called from any thread.
    ///   - isHeld: whether lines are held until `begin` is called.
    /// - Throws: `LogFileError` if the file cannot be written.
    init(
        _ url: URL, isHeld: Bool = false, warn: @escaping @Sendable (String) -> Void = { Console.printWarning($0) }
    ) throws {
        path = url.path
        self.warn = warn
        file = try LogFile(url.path, warn: warn)
        phase = Mutex(isHeld ? .holding([]) : .open)
    }

    deinit { close() }

    /// Lets other runs have the log.
    func close() {
        // The run may have ended before it was known how it begins.
        if take() { release(to: appendToLog) }
        file.release()
    }

    /// Keeps other runs out of the log.
    ///
    /// - Returns: false if another run is writing it.
    func take() -> Bool { file.take() }

    /// The number of bytes that the log has.
    var length: Int { file.length }

    /// Appends a line, which ends in a line break.
    func append(_ line: String) {
        phase.withLock { phase in
            switch phase {
            case .holding(var lines):
                phase = .open  // so that the list is not copied for each line
                lines.append(line)
                phase = .holding(lines)
            case .open: file.append(line)
            case .repeating: appendToResumes([line])
            }
        }
    }

    /// Appends the lines that were held to the log.
    ///
    /// - Throws: `LogFileError` if another run is writing the log.
    func begin() throws(LogFileError) {
        try requireTurn()
        release(to: appendToLog)
    }

    /// Cuts the log back to a number of bytes, and appends the lines that were held to it, or to the file beside it if
    /// the log has them already.
    ///
    /// If the disk has no room for what is cut off, the log stays whole, with a warning.
    ///
    /// - Parameters:
    ///   - length: what stays of an earlier log; the rest is moved to `<file>.discarded`.
    ///   - isResumed: whether the log has the lines that were held.
    /// - Returns: how many bytes the log is shorter than `length`.
    /// - Throws: `LogFileError` if a file cannot be written, or another run is writing the log.
    func begin(after length: Int, isResumed: Bool) throws(LogFileError) -> Int {
        try requireTurn()
        var missing = 0
        do {
            missing = try DiscardedTail.move(from: path, after: length, to: "\(path).discarded")
        } catch {
            guard error.isLackOfRoom else { throw error }
            warn(DiscardedTail.warning(path, after: length, error.reason))
        }
        release(to: isResumed ? appendToResumes : appendToLog)
        return missing
    }

    private func requireTurn() throws(LogFileError) {
        guard !take() else { return }
        throw LogFileError(
            path: path,
            reason: "another run is writing it: wait until that ends, or give this run another folder or name for its "
                + "logs")
    }

    /// Sends the lines of `body` to the file beside the log, which has them already.
    func whileRepeating<Result>(_ body: () throws -> Result) rethrows -> Result {
        let wasOpen = phase.withLock { phase in
            guard case .open = phase else { return false }
            phase = .repeating
            return true
        }
        defer { if wasOpen { phase.withLock { $0 = .open } } }
        return try body()
    }

    /// Hands over the lines that were held. From now on, lines go into the log.
    private func release(to write: ([String]) -> Void) {
        phase.withLock { phase in
            if case .holding(let lines) = phase { write(lines) }
            phase = .open
        }
    }

    private func appendToLog(_ lines: [String]) {
        for line in lines { file.append(line) }
    }

    private func appendToResumes(_ lines: [String]) {
        let name = path.hasSuffix(".log") ? "\(path.dropLast(4)).resumes.log" : "\(path).resumes"
        do {
            let file = try LogFile(name, warn: warn)
            for line in lines { file.append(line) }
        } catch {
            warn("\(error)")
        }
    }
}
