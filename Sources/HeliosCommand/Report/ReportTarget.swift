import Foundation
import Helios

/// The file that a report is written to. A page replaces a page, and nothing else: in the folder of a run, a slip of
/// the hand would cost a checkpoint or a log.
enum ReportTarget {
    /// How much of a file is looked at. Comments and blank lines may precede a page's first element.
    private static let lookedAt = 4096

    /// Checks that a page may be written to a path: no file is there yet, or it is empty or an HTML page.
    ///
    /// - Throws: `CommandError` if it holds something else, which says to choose another name.
    static func check(_ path: String) throws {
        guard !RunLogs.isLog(path) else {
            throw CommandError(
                "\(path): a log of a run has such a name, which a page does not replace; call it page.html")
        }
        // What is no regular file, such as a folder, is refused when the page is written.
        guard let status = SystemPath.status(path), status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            return
        }
        let start: [UInt8]
        do {
            start = try RegularFile.start(of: path, count: lookedAt)
        } catch {
            throw CommandError(
                "\(path): cannot be read (\(error.reason)), so it may be something else than a page, which a report "
                    + "does not replace; choose another name")
        }
        guard isPage(start) else {
            throw CommandError(
                "\(path): there is a file that is no HTML page, which a report does not replace; choose another name, "
                    + "or remove the file")
        }
    }

    /// Whether a file that begins with these bytes is an HTML page.
    static func isPage(_ start: [UInt8]) -> Bool {
        var text = String(decoding: start, as: UTF8.self).drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        while text.hasPrefix("<!--"), let end = text.firstRange(of: "-->") {
            text = text[end.upperBound...].drop(while: \.isWhitespace)
        }
        let beginning = text.prefix(14).lowercased()
        return ["<!doctype html", "<html>", "<html "].contains { beginning.hasPrefix($0) }
    }
}
