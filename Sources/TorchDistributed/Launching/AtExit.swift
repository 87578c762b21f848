import Foundation
import Synchronization

private let actions = Mutex<[@Sendable () -> Void]>([])
private let registration: Void = {
    atexit {
        let all = actions.withLock { $0 }
        for action in all.reversed() { action() }
    }
}()

/// Runs `action` when the process ends by `exit` or by the return of its main function, the newest action first.
func atExit(_ action: @escaping @Sendable () -> Void) {
    actions.withLock { $0.append(action) }
    _ = registration
}
