import Foundation
import Helios

/// Ends the program when a signal asks for it: at once, and without leaving the hidden file that `convert` was writing.
enum Interruption {
    /// Waits for the signals in a thread of its own. A signal that the program's parent told it to ignore (`nohup`)
    /// stays ignored.
    static func watch() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) { sigaddset(&signals, signal) }
        // Signals that are blocked here are blocked in all threads that start later, so that the one below receives
        // them.
        guard pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else { return }
        guard WorkerThread.start({ [signals] in wait(for: signals) }) else {
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            return
        }
    }

    private static func wait(for signals: sigset_t) {
        var signals = signals
        var number: Int32 = 0
        guard sigwait(&signals, &number) == 0 else { return }
        TemporaryFile.deleteAll {
            // The parent process sees which signal it was.
            signal(number, SIG_DFL)
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            raise(number)
        }
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        return sigaction(signal, nil, &action) == 0 && action.ignores
    }
}
