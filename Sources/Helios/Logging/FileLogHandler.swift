import Foundation
import Logging
import Synchronization

/// Writes the log of a run to a file, a line each: time (UTC), level, message. What was in the file stays.
struct FileLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    private let file: LogFile

    /// - Throws: `LogFileError` where the file cannot be written.
    init(_ url: URL) throws {
        file = try LogFile(url)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let suffix = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let style = Date.ISO8601FormatStyle.iso8601.year().month().day()
        let time = Date.now.formatted(style.timeZone(separator: .omitted).time(includingFractionalSeconds: true))
        file.append("\(time) \(event.level) \(FileLogHandler.printable("\(event.message)\(suffix)"))\n")
    }

    /// Lines after the first are indented, so that a line that starts with a time starts a message.
    private static func printable(_ text: String) -> String {
        VisibleText.lines(of: text).replacing("\n", with: "\n    ")
    }
}

/// A log file that cannot be written.
public struct LogFileError: Error, CustomStringConvertible, Equatable {
    /// The log file.
    public let path: String
    /// Why it cannot be written.
    public let reason: String

    public var description: String {
        "log file \(VisibleText.of(path)): \(reason)"
    }
}

/// A file that lines are appended to, from any thread. Closed with its last reference.
private final class LogFile: Sendable {
    private let handle: Mutex<FileHandle>

    init(_ url: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw LogFileError(path: url.path, reason: "its folder cannot be created: \(error.localizedDescription)")
        }
        let descriptor = open(url.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw LogFileError(path: url.path, reason: String(cString: strerror(errno)))
        }
        handle = Mutex(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    func append(_ text: String) {
        handle.withLock { handle in
            // A full disk must not end the training: the log then lacks lines.
            try? handle.write(contentsOf: Data(text.utf8))
        }
    }
}
