import Foundation
import Synchronization

/// Notices SIGINT, SIGTERM and SIGHUP while a training runs, so that it ends well; a second one ends the process at
/// once, unless it is SIGHUP.
///
/// A signal that the program handles itself, or that its parent told it to ignore, is left alone.
final class SignalWatch {
    private static let numbers = [SIGINT, SIGTERM, SIGHUP]

    /// How many trainings watch, and which signals are handled here for them.
    private static let installed = Mutex<(watchers: Int, signals: [HandledSignal])>((0, []))

    init() {
        SignalWatch.installed.withLock { installed in
            installed.watchers += 1
            guard installed.watchers == 1 else { return }
            // Also so that the handler, which may do next to nothing, does not find them uninitialized.
            receivedSignal.store(0, ordering: .sequentiallyConsistent)
            canWriteNote.store(!SignalWatch.isPipe(STDERR_FILENO), ordering: .sequentiallyConsistent)
            installed.signals = SignalWatch.numbers.compactMap { HandledSignal($0, handler: noteSignal) }
        }
    }

    deinit {
        SignalWatch.installed.withLock { installed in
            installed.watchers -= 1
            guard installed.watchers == 0 else { return }
            for signal in installed.signals { signal.giveBack() }
            installed.signals = []
            receivedSignal.store(0, ordering: .sequentiallyConsistent)
        }
    }

    /// The signal that came; `nil` if none did.
    var received: Int32? {
        let number = receivedSignal.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    static func name(of number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP"
        default: "signal \(number)"
        }
    }

    private static func isPipe(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }
}

private let receivedSignal = Atomic<Int32>(0)

/// Not into a pipe: Ctrl-C ends its reader too (`digits 2>&1 | tee log`), and then writing would end the process.
private let canWriteNote = Atomic<Bool>(false)

/// Runs in the middle of anything: it may only do what is safe there.
private func noteSignal(_ number: Int32) {
    let (isFirst, _) = receivedSignal.compareExchange(
        expected: 0, desired: number, ordering: .sequentiallyConsistent)
    guard isFirst else {
        // A terminal that closes sends it twice, from the shell and from the system, and an init system sends it right
        // after SIGTERM, which is no sign of impatience.
        if number == SIGHUP { return }
        PinnedLines.giveTerminalBack()
        signal(number, SIG_DFL)
        raise(number)
        return
    }
    guard canWriteNote.load(ordering: .relaxed) else { return }
    let previousError = errno
    let note: StaticString = "\nstopping after this step; once more stops at once\n"
    _ = write(STDERR_FILENO, note.utf8Start, note.utf8CodeUnitCount)
    errno = previousError
}
