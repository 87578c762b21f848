import Foundation
import Helios

/// The process's standard output and its standard error stream.
enum StandardStream {
    /// Prints a text and a line break on the standard output.
    ///
    /// - Throws: `OutputError` if the system does not take all of it.
    static func print(_ text: String) throws(OutputError) {
        do {
            try writeAll(text + "\n", to: STDOUT_FILENO)
        } catch {
            throw OutputError(code: error.code)
        }
    }

    /// Closes the standard output. Some file systems report only then that they could not keep what was written.
    static func closeOutput() throws(OutputError) {
        // If it was never open, nothing was written to it, since that would have failed.
        guard close(STDOUT_FILENO) == 0 || errno == EBADF else { throw OutputError(code: errno) }
    }

    /// Writes to the standard error stream. If that fails, there is no one left to tell.
    static func complain(_ text: String) {
        try? writeAll(text, to: STDERR_FILENO)
    }

    /// Occupies the numbers of closed streams, which would go to the next file that is opened. Writing to them fails as
    /// before.
    static func openMissing() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // This gets the lowest free number, which is the stream's.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// The error of a standard output that could not be written.
struct OutputError: Error, CustomStringConvertible {
    let code: Int32

    /// Whether it is a pipe that no one reads any more, as in `helios … | head -1`, which is not worth a message.
    var isClosedPipe: Bool { code == EPIPE }

    var description: String { "the output cannot be written: \(String(cString: strerror(code)))" }
}
