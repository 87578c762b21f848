import Foundation
import Logging

/// Writes the log of a run to a file, a line each: time (UTC), level, message.
///
/// A file that is renamed or deleted, as programs that rotate logs do, is made again. Lines that cannot be written are
/// lost, since a full disk must not end a training: the user is warned at the first and told the number at the end, and
/// the log itself says how many are missing and where.
struct FileLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    private let file: RunLogFile

    init(_ file: RunLogFile) {
        self.file = file
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
