import Foundation

/// Threads that stay between the epochs of a loader. They end when the last reference to the pool is gone.
final class WorkerPool: Sendable {
    private let threads = Threads()

    deinit {
        threads.close()
    }

    /// Runs `body` on a thread of the pool that has nothing to do, or on a new one.
    ///
    /// - Returns: whether there is a thread for it.
    func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        threads.start(body)
    }

    /// What the threads know of the pool: not the pool itself, which they would keep.
    private final class Threads: @unchecked Sendable {
        private let condition = NSCondition()
        private var waiting: [@Sendable () -> Void] = []
        private var idleCount = 0
        private var isClosed = false

        func start(_ body: @escaping @Sendable () -> Void) -> Bool {
            condition.lock()
            guard idleCount <= waiting.count else {
                waiting.append(body)
                condition.signal()
                condition.unlock()
                return true
            }
            condition.unlock()
            return WorkerThread.start { self.run(body) }
        }

        func close() {
            condition.lock()
            isClosed = true
            condition.broadcast()
            condition.unlock()
        }

        private func run(_ first: @escaping @Sendable () -> Void) {
            var body: (@Sendable () -> Void)? = first
            while let current = body {
                current()
                body = nil
                body = next()
            }
        }

        private func next() -> (@Sendable () -> Void)? {
            condition.lock()
            defer { condition.unlock() }
            idleCount += 1
            defer { idleCount -= 1 }
            while waiting.isEmpty, !isClosed { condition.wait() }
            return waiting.isEmpty ? nil : waiting.removeFirst()
        }
    }
}
