import Foundation
import Synchronization

/// Notices SIGINT and SIGTERM while a training runs, so that it ends well; a second one ends the process at once.
///
/// A signal that the program handles itself, or that its parent told it to ignore, is left alone.
final class SignalWatch {
    private static let numbers = [SIGINT, SIGTERM]

    /// How many trainings watch, and which signals are handled here for them.
    private static let installed = Mutex<(watchers: Int, numbers: [Int32])>((0, []))

    init() {
        SignalWatch.installed.withLock { installed in
            installed.watchers += 1
            guard installed.watchers == 1 else { return }
            // Also so that the handler, which may do next to nothing, does not find it uninitialised.
            receivedSignal.store(0, ordering: .sequentiallyConsistent)
            installed.numbers = SignalWatch.numbers.filter { number in
                let previous = signal(number, noteSignal)
                guard isDefault(previous) else {
                    signal(number, previous)
                    return false
                }
                return true
            }
        }
    }

    deinit {
        SignalWatch.installed.withLock { installed in
            installed.watchers -= 1
            guard installed.watchers == 0 else { return }
            for number in installed.numbers { signal(number, SIG_DFL) }
            receivedSignal.store(0, ordering: .sequentiallyConsistent)
        }
    }

    /// The signal that came; nil where none did.
    var received: Int32? {
        let number = receivedSignal.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    static func name(of number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        default: "signal \(number)"
        }
    }
}

private let receivedSignal = Atomic<Int32>(0)

/// Runs in the middle of anything: it may only do what is safe there.
private func noteSignal(_ number: Int32) {
    guard receivedSignal.exchange(number, ordering: .sequentiallyConsistent) == 0 else {
        signal(number, SIG_DFL)
        raise(number)
        return
    }
    let note: StaticString = "\nstopping after this step; once more stops at once\n"
    _ = write(STDERR_FILENO, note.utf8Start, note.utf8CodeUnitCount)
}

#if canImport(Darwin)
    private typealias SignalHandler = (@convention(c) (Int32) -> Void)?
#else
    private typealias SignalHandler = __sighandler_t?
#endif

private func isDefault(_ handler: SignalHandler) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
}
