import Foundation
import Synchronization

/// The log file of a run, whose lines are those of a run that never stopped, however often it was resumed.
///
/// What a resumed run says before its first step (its banner, what it resumes from) an uninterrupted run does not say at
/// this place. It goes to a file beside it, `<name>.resumes.log`. So lines are held until it is known how the run begins.
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

    deinit {
        // The run ended before it was known how it begins.
        if case .holding(let lines) = phase.withLock({ $0 }) {
            for line in lines { file.append(line) }
        }
    }

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

    /// Lets the lines that were held into the log, after what is there already.
    func begin() {
        phase.withLock { phase in
            if case .holding(let lines) = phase {
                for line in lines { file.append(line) }
            }
            phase = .open
        }
    }

    /// Cuts the log back to a number of bytes, and lets the lines that were held into it, or into the file beside it if the
    /// log has them already.
    ///
    /// - Parameters:
    ///   - length: what stays of an earlier log; the rest is moved to `<file>.discarded`.
    ///   - isResumed: whether the log has the lines that were held.
    /// - Throws: `LogFileError` if a file cannot be written.
    func begin(after length: Int, isResumed: Bool) throws(LogFileError) -> DiscardedTail {
        let tail = try DiscardedTail.move(from: path, after: length, to: "\(path).discarded")
        phase.withLock { phase in
            if case .holding(let lines) = phase {
                if isResumed { appendToResumes(lines) } else { for line in lines { file.append(line) } }
            }
            phase = .open
        }
        return tail
    }

    /// Lets the lines of `body` into the file beside the log, which has them already.
    func whileRepeating<Result>(_ body: () throws -> Result) rethrows -> Result {
        let wasOpen = phase.withLock { phase in
            guard case .open = phase else { return false }
            phase = .repeating
            return true
        }
        defer { if wasOpen { phase.withLock { $0 = .open } } }
        return try body()
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
