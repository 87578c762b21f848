import Foundation

/// What the user sees: lines on the standard output, and below them, on a terminal, a line that changes.
///
/// The changing line goes to the standard error stream, so that the output can be piped. Where nobody reads any more
/// (`digits | head -1`) or a stream is closed, what is written there is lost and the training continues.
final class Console {
    /// Whether there is a terminal that a line can be drawn on anew.
    let isTerminal: Bool
    private let output: Int32
    private let errors: Int32
    private var hasStatus = false

    convenience init() {
        Console.openMissingStreams()
        let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        self.init(output: STDOUT_FILENO, errors: STDERR_FILENO, isTerminal: isTerminal)
    }

    /// A console on other streams than the process'.
    init(output: Int32, errors: Int32, isTerminal: Bool) {
        self.output = output
        self.errors = errors
        self.isTerminal = isTerminal
    }

    /// Prints a line that stays, above the changing one.
    func printLine(_ line: String) {
        clearStatus()
        write(VisibleText.lines(of: line) + "\n", to: output)
    }

    /// Prints a line that the user should notice.
    func printWarning(_ message: String) {
        clearStatus()
        write("warning: \(VisibleText.lines(of: message))\n", to: errors)
    }

    /// Prints a warning from a thread that does not have the run's console: on the process's own streams.
    static func printWarning(_ message: String) {
        let console = Console()
        // There may be a changing line.
        console.hasStatus = console.isTerminal
        console.printWarning(message)
    }

    /// Draws the changing line, as much of it as has room; nothing if there is no terminal.
    func showStatus(_ text: String) {
        guard isTerminal else { return }
        // To the line's start, the text, and the rest of the line erased.
        write("\r\(TerminalText.clipped(text, columns: width - 1))\u{1B}[K", to: errors)
        hasStatus = true
    }

    /// Leaves the changing line for good.
    func endProgress() {
        clearStatus()
    }

    /// The terminal's width in columns; 80 if it does not say.
    var width: Int {
        var size = winsize()
        guard ioctl(errors, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private func clearStatus() {
        guard hasStatus else { return }
        write("\r\u{1B}[K", to: errors)
        hasStatus = false
    }

    /// If that fails there is nobody left to tell.
    private func write(_ text: String, to descriptor: Int32) {
        withoutWriteSignals { try? writeAll(text, to: descriptor) }
    }

    /// The number of a standard stream that is closed would go to the next file that is opened, and what is printed would
    /// land in the log or a checkpoint.
    private static func openMissingStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest number that is free, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
