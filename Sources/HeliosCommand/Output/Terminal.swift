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
