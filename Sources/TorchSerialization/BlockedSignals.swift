import Foundation

/// Runs `body` so that a write that fails is an error of the write, and not a signal that ends the process: SIGPIPE for a
/// pipe that nobody reads, SIGXFSZ for a file that reaches the size that the user may write (`ulimit -f`).
///
/// For this thread alone: what other code does with these signals is its own.
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
        // What `errno` says of the write is for the caller.
        let code = errno
        for signal in pending().subtracting(before) {
            // Taken here, since it would come when the mask ends.
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
