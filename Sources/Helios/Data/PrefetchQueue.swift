import Foundation
import Torch

/// Batches that threads make ahead, handed out in order.
///
/// At most `capacity` batches are made or being made and not yet taken.
final class PrefetchQueue<Batch: Sendable>: @unchecked Sendable {
    private let make: @Sendable (Int) throws -> Batch
    private let capacity: Int

    // Everything below is guarded by `condition`.
    private let condition = NSCondition()
    private var waiting: Range<Int>
    private var made: [Int: Result<Batch, any Error>] = [:]
    private var nextToTake: Int
    private var isStopped = false
    private var runningWorkers = 0

    /// Starts the workers; fewer if the system has no more threads.
    ///
    /// - Throws: `DataError` if it has none.
    init(
        range: Range<Int>, workers: Int, capacity: Int,
        startThread: (@escaping @Sendable () -> Void) -> Bool = WorkerThread.start,
        make: @escaping @Sendable (_ number: Int) throws -> Batch
    ) throws {
        self.make = make
        self.capacity = capacity
        waiting = range
        nextToTake = range.lowerBound

        condition.lock()
        defer { condition.unlock() }
        for _ in 0..<min(workers, range.count) {
            guard startThread({ self.work() }) else { break }
            runningWorkers += 1
        }
        guard runningWorkers > 0 || range.isEmpty else {
            throw DataError("the system starts no thread for a loader's worker: lower the number of workers")
        }
    }

    /// Waits for the batch with this number, the one after the last taken.
    func take(_ number: Int) throws -> Batch {
        condition.lock()
        defer { condition.unlock() }
        while made[number] == nil {
            condition.wait()
        }
        let result = made.removeValue(forKey: number)
        nextToTake = number + 1
        condition.broadcast()
        guard let result else { throw DataError("the loader lost batch \(number)") }
        return try result.get()
    }

    /// Lets the workers end and waits for them, so that nothing of the data set runs afterwards.
    func stop() {
        condition.lock()
        defer { condition.unlock() }
        isStopped = true
        condition.broadcast()
        while runningWorkers > 0 {
            condition.wait()
        }
        // A worker's thread may hold the queue a moment longer, and with it batches that will never be taken.
        made = [:]
    }

    private func work() {
        // The workers share the processor with the training: one thread each for the operations of a sample.
        LibTorch.useOneThreadOnThisThread()
        while let number = nextNumber() {
            let result = Result { try make(number) }
            condition.lock()
            made[number] = result
            condition.broadcast()
            condition.unlock()
        }
        condition.lock()
        runningWorkers -= 1
        condition.broadcast()
        condition.unlock()
    }

    /// The number of the next batch to make, once there is room for it; `nil` if nothing is left to do.
    private func nextNumber() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !isStopped, let first = waiting.first, first - nextToTake >= capacity {
            condition.wait()
        }
        return isStopped ? nil : waiting.popFirst()
    }
}
