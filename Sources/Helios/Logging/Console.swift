import Foundation

/// What the user sees: lines on the standard output, and below them, on a terminal, a line that changes.
///
/// The changing line goes to the standard error stream, so that the output can be piped.
final class Console {
    /// Whether there is a terminal that a line can be drawn on anew.
    let isTerminal: Bool
    private var hasStatus = false

    init() {
        isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Prints a line that stays, above the changing one.
    func printLine(_ line: String) {
        clearStatus()
        write(line + "\n", to: FileHandle.standardOutput)
    }

    /// Prints a line that the user should notice.
    func printWarning(_ message: String) {
        clearStatus()
        write("warning: \(message)\n", to: FileHandle.standardError)
    }

    /// Draws the changing line; nothing where there is no terminal.
    func showStatus(_ text: String) {
        guard isTerminal else { return }
        // To the line's start, the text, and the rest of the line erased.
        write("\r\(text.prefix(Console.width - 1))\u{1B}[K", to: FileHandle.standardError)
        hasStatus = true
    }

    /// Leaves the changing line for good.
    func endProgress() {
        clearStatus()
    }

    private func clearStatus() {
        guard hasStatus else { return }
        write("\r\u{1B}[K", to: FileHandle.standardError)
        hasStatus = false
    }

    private func write(_ text: String, to handle: FileHandle) {
        // A closed pipe must not end the training.
        try? handle.write(contentsOf: Data(text.utf8))
    }

    /// The terminal's width in columns; 80 where it does not say.
    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 10 else { return 80 }
        return Int(size.ws_col)
    }
}
