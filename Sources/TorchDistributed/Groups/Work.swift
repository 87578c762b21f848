import CTorch
import Synchronization
import Torch

/// An operation that was begun, and what it will give.
///
/// Any thread may wait for it, several too. Its tensors must not be used before it was waited for. An operation that
/// nobody waits for still ends, and its error is lost.
public final class Work<Output: Sendable>: Sendable {
    private let handle: WorkHandle
    private let operation: String
    private let group: ProcessGroup
    private let limit: Duration
    private let finish: @Sendable () throws -> Output
    private let result = Mutex<Result<Output, any Error>?>(nil)
    private let turn = Mutex(())
    private let start = ContinuousClock.now

    init(
        _ handle: WorkHandle, _ operation: String, of group: ProcessGroup, limit: Duration,
        finish: @escaping @Sendable () throws -> Output
    ) {
        self.handle = handle
        self.operation = operation
        self.group = group
        self.limit = limit
        self.finish = finish
    }

    /// Waits until the operation has ended, and returns what it gave.
    ///
    /// - Parameter timeout: how long to wait at most; `nil` waits for the operation's own timeout. If this one is
    ///   shorter and passes, the operation still runs, and may be waited for again. For a message that is sent or
    ///   received it is the operation's timeout, and ends it.
    /// - Throws: ``DistributedError`` if a rank did not come in time or left, or if `timeout` passed.
    @discardableResult
    public func wait(timeout: Duration? = nil) throws -> Output {
        // The second of two threads that wait for one message would wait for another message.
        if isMessage { return try turn.withLock { _ in try waitOnce(timeout ?? limit) } }
        return try waitOnce(timeout)
    }

    private func waitOnce(_ timeout: Duration?) throws -> Output {
        if let result = result.withLock({ $0 }) { return try result.get() }
        // Not under the lock of the result: another thread may ask whether the operation has ended.
        if ct_work_wait(handle.pointer, timeout?.milliseconds ?? 0) { return try end { try finish() } }
        let failure = TorchError.last()
        if let timeout, !isMessage, !ct_work_is_completed(handle.pointer) {
            throw group.error(
                .timeout, operation, "it still runs after \(timeout.inSeconds). Wait for it again, or give up")
        }
        return try end { throw group.failure(failure, in: operation, after: timeout ?? limit, since: start) }
    }

    private var isMessage: Bool { operation == "send" || operation == "recv" }

    /// Keeps the result of whichever thread comes first.
    private func end(_ body: () throws -> Output) throws -> Output {
        try result.withLock { result in
            let value = result ?? Result(catching: body)
            result = value
            return value
        }.get()
    }

    /// Whether the operation has ended, well or not. For a message that is sent or received, it shows only after
    /// `wait`.
    public var isCompleted: Bool {
        result.withLock { $0 != nil } || ct_work_is_completed(handle.pointer)
    }

    /// What the operation failed with; `nil` if it succeeded or still runs.
    public var error: (any Error)? {
        guard isCompleted else { return nil }
        do {
            try wait()
            return nil
        } catch {
            return error
        }
    }
}
