import Foundation

/// The system did not take all bytes of a write.
package struct IncompleteWrite: Error {
    /// How many bytes it took before it failed.
    package let byteCount: Int
    /// The system's code for the reason; 0 if it gave none.
    package let code: Int32

    /// Why it failed, in words that follow a colon: `No space left on device`.
    package var reason: String {
        code == 0 ? "the system took no bytes" : String(cString: strerror(code))
    }
}

/// Writes all of some bytes, in as many calls as the system needs.
///
/// - Parameter write: writes some of the bytes and returns how many, as the system's `write` does; -1 if it fails, with
///   the reason in `errno`.
/// - Throws: `IncompleteWrite` for the first call that fails, unless a signal interrupted it, or that takes nothing.
package func writeAll(
    _ bytes: UnsafeRawBufferPointer, write: (UnsafeRawBufferPointer) -> Int
) throws(IncompleteWrite) {
    var rest = bytes[...]
    while !rest.isEmpty {
        // Linux writes at most 2 GiB at a time, and macOS refuses to write more.
        let written = write(UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30)))
        if written < 0, errno == EINTR { continue }
        guard written > 0 else {
            throw IncompleteWrite(byteCount: bytes.count - rest.count, code: written < 0 ? errno : 0)
        }
        rest = rest.dropFirst(written)
    }
}

/// Writes all of some bytes, in as many calls as the system needs.
package func writeAll(
    _ bytes: [UInt8], write: (UnsafeRawBufferPointer) -> Int
) throws(IncompleteWrite) {
    try bytes.withUnsafeBytes { bytes in
        Result { () throws(IncompleteWrite) in try writeAll(bytes, write: write) }
    }.get()
}

/// Writes all of a text to a file descriptor.
///
/// - Throws: `IncompleteWrite` if the system does not take all of it.
package func writeAll(_ text: String, to descriptor: Int32) throws(IncompleteWrite) {
    try writeAll(Array(text.utf8)) { write(descriptor, $0.baseAddress, $0.count) }
}

/// Runs `body` so that a failing write is an error and not a signal that ends the process: SIGPIPE for a pipe that no
/// one reads, SIGXFSZ for a file that reaches the size that the user may write (`ulimit -f`).
///
/// It affects this thread alone: what other code does with these signals is up to that code.
package func withoutWriteSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
    let signals = [SIGPIPE, SIGXFSZ]
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for signal in signals { sigaddset(&blocked, signal) }
    func pending() -> Set<Int32> {
        var pending = sigset_t()
        guard sigpending(&pending) == 0 else { return [] }
        return Set(signals.filter { sigismember(&pending, $0) == 1 })
    }

    let before = pending()
    var previous = sigset_t()
    guard pthread_sigmask(SIG_BLOCK, &blocked, &previous) == 0 else { return try body() }
    defer {
        // The caller needs what `errno` says about the write.
        let code = errno
        for signal in pending().subtracting(before) {
            // It is taken here, since it would arrive when the mask ends.
            var taken = sigset_t()
            sigemptyset(&taken)
            sigaddset(&taken, signal)
            var number: Int32 = 0
            sigwait(&taken, &number)
        }
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        errno = code
    }
    return try body()
}
