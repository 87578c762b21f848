import Foundation
import Helios

/// Facts about the terminal, if there is one.
enum Terminal {
    /// The columns of the terminal that the output goes to; `nil` if it goes elsewhere.
    static var columns: Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    static var hasErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a line to the standard error stream.
    static func complain(_ text: String) {
        StandardStream.complain(VisibleText.lines(of: SystemPath.visible(text)) + "\n")
    }
}

/// A line on the terminal for work that takes longer than a second. It disappears when the work is done.
enum Progress {
    static func during<Result>(_ text: String, _ body: () throws -> Result) rethrows -> Result {
        guard Terminal.hasErrorTerminal else { return try body() }
        let line = ProgressLine(VisibleText.of(SystemPath.visible(text)))
        defer { line.end() }
        return try body()
    }
}

private final class ProgressLine: Sendable {
    private let ended = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    init(_ text: String) {
        let (ended, done) = (ended, done)
        Thread.detachNewThread {
            var seconds = 0
            while ended.wait(timeout: .now() + 1) == .timedOut {
                seconds += 1
                StandardStream.complain("\r\u{1B}[K\(text) … \(seconds) s")
            }
            if seconds > 0 { StandardStream.complain("\r\u{1B}[K") }
            done.signal()
        }
    }

    /// Removes the line, so that what is printed next begins on an empty one.
    func end() {
        ended.signal()
        done.wait()
    }
}
