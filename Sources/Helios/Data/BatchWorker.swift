import Foundation
import Synchronization

/// What the thread that makes a batch knows of the others.
struct BatchWorker: Sendable {
    /// Whether anybody still wants the batch.
    var stop = StopFlag()
    /// The first batch of the epoch, if several workers make it; `nil` if each makes its batches alone.
    var firstBatch: FirstBatch?
    /// Whether this is the thread that makes the first batch, and not one that helps it.
    var makesFirst = false
}

/// Tells threads that their results are no longer needed.
final class StopFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}

/// The samples of the first batch of an epoch, which all workers make together: the training waits for it and can do
/// nothing else. Of the later ones each worker makes its own, and waits for nobody.
final class FirstBatch: Sendable {
    private struct Work {
        let make: @Sendable (_ position: Int) -> Bool
        let count: Int
        var next = 0
        var runningCount = 0
    }

    private let condition = NSCondition()
    // Guarded by `condition`; `nil` before and after the work.
    nonisolated(unsafe) private var work: Work?
    /// Whether there may be samples that nobody makes yet. Other batches ask before each of their samples, so it needs no
    /// lock.
    private let isOpen = Atomic(false)

    /// Does work on all positions, and returns when all is done.
    ///
    /// - Parameter make: works on a position, on this thread or another one; returns whether later ones are still to be
    ///   begun. Positions are begun in order.
    func run(_ count: Int, _ make: @escaping @Sendable (_ position: Int) -> Bool) {
        condition.lock()
        work = Work(make: make, count: count)
        isOpen.store(true, ordering: .relaxed)
        condition.unlock()
        help()
        condition.lock()
        defer { condition.unlock() }
        while let work, work.runningCount > 0 { condition.wait() }
        work = nil
    }

    /// Works along, as long as there are positions that nobody has begun.
    func help() {
        while isOpen.load(ordering: .relaxed), let (position, make) = begin() {
            end(goesOn: make(position))
        }
    }

    private func begin() -> (position: Int, make: @Sendable (Int) -> Bool)? {
        condition.lock()
        defer { condition.unlock() }
        guard let work, work.next < work.count else {
            isOpen.store(false, ordering: .relaxed)
            return nil
        }
        self.work?.next += 1
        self.work?.runningCount += 1
        return (work.next, work.make)
    }

    private func end(goesOn: Bool) {
        condition.lock()
        defer { condition.unlock() }
        work?.runningCount -= 1
        if !goesOn, let work { self.work?.next = work.count }
        if work?.runningCount == 0 { condition.broadcast() }
    }
}

extension BatchWorker {
    /// Makes samples together with the other workers.
    ///
    /// - Returns: what became of each, in order, up to one that fails if `skips` is `false`, or to where nobody wants the
    ///   batch any more; `nil` if this thread makes its batch alone.
    func together<Sample: Sendable>(
        _ count: Int, skips: Bool, _ make: @escaping @Sendable (_ position: Int) throws -> Sample
    ) -> [Result<Sample, any Error>]? {
        guard makesFirst, let firstBatch else { return nil }
        let results = Mutex([Result<Sample, any Error>?](repeating: nil, count: count))
        firstBatch.run(count) { [stop] position in
            guard !stop.isSet else { return false }
            let result = Result { try make(position) }
            results.withLock { $0[position] = result }
            if case .failure = result { return skips }
            return true
        }
        return results.withLock { $0 }.prefix { $0 != nil }.compactMap(\.self)
    }
}
