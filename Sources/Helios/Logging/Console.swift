import Foundation

/// What the user sees: lines on the standard output, and on a terminal a view below them that changes.
///
/// The view goes to the standard error stream, so that the output can be piped. If no one reads it any more
/// (`digits | head -1`) or a stream is closed, what is written there is lost and the training continues.
final class Console {
    /// Whether there is a terminal that a view can be drawn on.
    let isTerminal: Bool
    private let errors: Int32
    private let isColored: Bool
    private let view: PinnedLines
    private let lines: SpacedLines

    convenience init() {
        Console.openMissingStreams()
        let environment = ProcessInfo.processInfo.environment
        self.init(
            output: STDOUT_FILENO, errors: STDERR_FILENO,
            isTerminal: isatty(STDERR_FILENO) == 1 && Console.canHoldView(environment["TERM"]),
            // https://no-color.org: any value but an empty one.
            isColored: environment["NO_COLOR", default: ""].isEmpty, view: .process, lines: .process)
    }

    /// Whether a kind of terminal can keep lines at its bottom while those above scroll.
    ///
    /// - Parameter kind: the variable `TERM`; `nil` if it is not set.
    static func canHoldView(_ kind: String?) -> Bool {
        guard let kind, !kind.isEmpty else { return false }
        // A variant follows a dash, as in vt52-b.
        let base = kind.split(separator: "-", maxSplits: 1).first.map { $0.lowercased() } ?? kind
        return !incapable.contains(base)
    }

    /// Kinds without a scrolling region, or of which nothing is known.
    private static let incapable: Set = [
        "dumb", "unknown", "network", "dialup", "glasstty", "tty", "tty33", "tty37", "vt50", "vt50h", "vt52", "adm3a",
        "sun", "cons25", "emacs", "9term",
    ]

    /// A console on other streams than the process'.
    init(
        output: Int32, errors: Int32, isTerminal: Bool, isColored: Bool = false, view: PinnedLines? = nil,
        lines: SpacedLines? = nil
    ) {
        self.errors = errors
        self.isTerminal = isTerminal
        self.isColored = isColored
        self.view = view ?? PinnedLines(descriptor: errors)
        self.lines = lines ?? SpacedLines(descriptor: output)
    }

    /// Prints a line that stays, above the view.
    func printLine(_ line: String) {
        lines.write(VisibleText.lines(of: line) + "\n")
    }

    /// Prints a line that others follow soon, such as an epoch's. If there is no terminal, at most one appears in
    /// a few seconds: the newest.
    ///
    /// - Returns: whether it waits. Then `printWaitingIfDue` is to be called now and then.
    func printRepeated(_ line: String) -> Bool {
        guard !isTerminal else {
            printLine(line)
            return false
        }
        return lines.writeSpaced(VisibleText.lines(of: line) + "\n")
    }

    /// Prints the line that waits if enough time has passed.
    ///
    /// - Returns: whether it still waits.
    func printWaitingIfDue() -> Bool { lines.writeWaitingIfDue() }

    /// Prints a line that the user should notice.
    func printWarning(_ message: String) {
        lines.write("warning: \(VisibleText.lines(of: message))\n", to: errors)
    }

    /// Prints a warning from a thread that does not have the run's console: on the process's own streams.
    static func printWarning(_ message: String) {
        Console().printWarning(message)
    }

    /// Prints how far a run is, in place of the view if there is no terminal.
    func printProgress(_ line: String) {
        lines.write(VisibleText.of(line) + "\n", to: errors)
    }

    /// Draws the view; nothing if there is no terminal.
    func showView(_ status: ProgressStatus) {
        guard isTerminal else { return }
        let size = TerminalSize(of: errors)
        // Most of a low window is for what is printed, and a line that ends in the last column might break.
        view.show(
            LiveView.lines(status, columns: size.columns - 1, rows: min(size.rows / 2, 16)), isColored: isColored)
    }

    /// Leaves nothing of the view, and no line waiting.
    func endProgress() {
        lines.writeWaiting()
        view.remove()
    }

    /// The number of a standard stream that is closed would go to the next file that is opened, and what is printed
    /// would land in the log or a checkpoint.
    private static func openMissingStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest number that is free, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
