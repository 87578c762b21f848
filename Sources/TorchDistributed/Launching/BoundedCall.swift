import Foundation
import Synchronization

/// Runs `body` on a thread of its own, and returns its result if it ends in time; `nil` otherwise, and if it throws.
///
/// It is for calls that have no timeout, such as those of a store whose host is stopped. Such a thread stays until its
/// call returns.
package func bounded<Output: Sendable>(_ limit: Duration, _ body: @escaping @Sendable () throws -> Output) -> Output? {
    let result = BoundedResult<Output>()
    let isDone = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        let value = try? body()
        result.value.withLock { $0 = value }
        isDone.signal()
    }
    guard isDone.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) == .success else { return nil }
    return result.value.withLock { $0 }
}

private final class BoundedResult<Output: Sendable>: Sendable {
    let value = Mutex<Output?>(nil)
}
