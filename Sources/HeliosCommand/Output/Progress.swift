import Foundation
import Helios

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
