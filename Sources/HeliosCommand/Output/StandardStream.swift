import Foundation
import Helios

/// The process's standard output and its standard error stream.
enum StandardStream {
    /// Prints a text and a line break on the standard output.
    ///
    /// - Throws: `OutputError` if the system does not take all of it.
    static func print(_ text: String) throws(OutputError) {
        try write(text + "\n", to: STDOUT_FILENO)
    }

    /// Closes the standard output. Some file systems say only then that they could not keep what was written.
    static func closeOutput() throws(OutputError) {
        // One that was never open was not written to either, or that would have failed.
        guard close(STDOUT_FILENO) == 0 || errno == EBADF else { throw OutputError(code: errno) }
    }

    /// Writes to the standard error stream. If that fails there is nobody left to tell.
    static func complain(_ text: String) {
        try? write(text, to: STDERR_FILENO)
    }

    /// Takes the numbers of the streams that are closed, which would go to the next file that is opened. What is written to
    /// them fails as before.
    static func openMissing() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest number that is free, which is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    private static func write(_ text: String, to descriptor: Int32) throws(OutputError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw OutputError(code: errno) }
            rest = rest.dropFirst(written)
        }
    }
}

/// The standard output could not be written.
struct OutputError: Error, CustomStringConvertible {
    let code: Int32

    /// Whether it is a pipe that nobody reads any more, as in `helios … | head -1`. That is no trouble to speak of.
    var isClosedPipe: Bool { code == EPIPE }

    var description: String { "the output cannot be written: \(String(cString: strerror(code)))" }
}
