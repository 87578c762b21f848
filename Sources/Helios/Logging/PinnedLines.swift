import Foundation
import Synchronization

/// Lines that keep the bottom of a terminal while everything that is written scrolls above them.
///
/// The scrolling region of the terminal ends above the lines, so what other code writes (`print` of a model, a library,
/// a child process) cannot tear them. The size of the window is read again for each drawing: a terminal whose window
/// changes forgets the region, and the lines are below the cursor, wherever it is then.
final class PinnedLines: Sendable {
    /// Those of the process: on the standard error stream.
    static let process: PinnedLines = {
        // `exit` in the middle of a run leaves the terminal as it was.
        atexit { PinnedLines.process.remove() }
        return PinnedLines(descriptor: STDERR_FILENO)
    }()

    private struct Drawn {
        var count = 0
        var size = TerminalSize(columns: 0, rows: 0)
    }

    private let descriptor: Int32
    private let drawn = Mutex(Drawn())

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Draws lines in place of those that are there.
    func show(_ lines: [ViewLine], isColored: Bool) {
        drawn.withLock { drawn in
            let size = TerminalSize(of: descriptor)
            var text = ""
            // Fewer lines would let the ones above jump: the rest is left empty.
            let count = size == drawn.size ? max(lines.count, drawn.count) : lines.count
            guard count > 0, count < size.rows else { return }
            if count != drawn.count || size != drawn.size {
                if drawn.count > 0 { text += PinnedLines.removal }
                // Makes room below the cursor, which stays in its column, and ends the scrolling region above it.
                text += String(repeating: "\u{1B}D", count: count) + "\u{1B}[\(count)A"
                text += "\u{1B}7\u{1B}[1;\(size.rows - count)r\u{1B}8"
            }
            text += "\u{1B}7"
            for row in 0..<count {
                text += "\u{1B}[\(size.rows - count + 1 + row);1H"
                if row < lines.count { text += isColored ? lines[row].styledText : lines[row].text }
                text += "\u{1B}[K"
            }
            send(text + "\u{1B}8")
            if descriptor == STDERR_FILENO { isPinned.store(true, ordering: .relaxed) }
            drawn = Drawn(count: count, size: size)
        }
    }

    /// Leaves nothing of the lines.
    func remove() {
        drawn.withLock { drawn in
            guard drawn.count > 0 else { return }
            send(PinnedLines.removal)
            if descriptor == STDERR_FILENO { isPinned.store(false, ordering: .relaxed) }
            drawn = Drawn()
        }
    }

    /// Removes the lines of the process before a signal ends it: for a signal's handler, which may do next to nothing.
    static func giveTerminalBack() {
        guard isPinned.load(ordering: .relaxed) else { return }
        let removal: StaticString = "\u{1B}7\u{1B}[r\u{1B}8\u{1B}[J"
        _ = write(STDERR_FILENO, removal.utf8Start, removal.utf8CodeUnitCount)
    }

    /// The whole window scrolls again, and what is below the cursor is erased.
    private static let removal = "\u{1B}7\u{1B}[r\u{1B}8\u{1B}[J"

    /// A failure cannot be reported anywhere.
    private func send(_ text: String) {
        withoutWriteSignals { try? writeAll(text, to: descriptor) }
    }
}

/// Whether there are lines on the terminal.
private let isPinned = Atomic<Bool>(false)

/// The size of a terminal's window.
struct TerminalSize: Equatable {
    let columns: Int
    let rows: Int
}

extension TerminalSize {
    /// The size now; 80 columns and 24 rows if the terminal does not say.
    init(of descriptor: Int32) {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        self = isKnown ? Self(columns: Int(size.ws_col), rows: Int(size.ws_row)) : Self(columns: 80, rows: 24)
    }
}
