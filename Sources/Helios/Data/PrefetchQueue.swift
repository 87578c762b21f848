import Foundation
import Torch

/// How far workers may be ahead.
struct PrefetchLimits: Sendable {
    /// How many items each worker may be ahead; `nil` for two, or as many as fit into `smallByteCount`, up to
    /// `greatestCount`: the smaller an item, the more it costs to wait for each.
    var perWorker: Int?
    /// How many bytes the items that are ahead may take; at least one is made.
    var bytes: Int?
    /// How long an item may take.
    var timeout: Duration?

    static let smallByteCount = 1 << 20
    static let greatestCount = 64
}

/// An item was not ready in time.
struct PrefetchTimeout: DescribedError {
    let description: String
}

/// Items that threads make ahead, handed out in order.
final class PrefetchQueue<Item: Sendable>: @unchecked Sendable {
    typealias Job = @Sendable (_ stop: StopFlag) throws -> Item

    private let workers: Int
    private let limits: PrefetchLimits
    private let byteCount: @Sendable (Item) -> Int?
    private let stopFlag = StopFlag()

    // Guarded by `jobLock`, which a thread holds while it reads the next job.
    private let jobLock = NSLock()
    private let nextJob: () throws -> Job?
    private var issuedCount = 0

    // Everything below is guarded by `condition`.
    private let condition = NSCondition()
    /// How many items workers have promised to make: at least as many as jobs were issued.
    private var claimedCount = 0
    private var takenCount = 0
    private var made: [Int: (result: Result<Item, any Error>, bytes: Int)] = [:]
    private var madeBytes = 0
    /// The size of the item that was measured last; `nil` if none was, `0` if it cannot be measured.
    private var lastBytes: Int?
    /// How many items there are, once that is known.
    private var count: Int?
    /// Whether a thread is waiting for an item.
    private var isWaitedFor = false
    private var hasTimedOut = false
    private var runningWorkers = 0

    /// Starts the workers; fewer if the system has no more threads.
    ///
    /// - Parameters:
    ///   - byteCount: the size of an item; `nil` if it is not known.
    ///   - nextJob: what makes the next item; `nil` after the last. Called by one thread at a time.
    /// - Throws: `DataError` if it has none.
    init(
        workers: Int, _ limits: PrefetchLimits,
        startThread: (@escaping @Sendable () -> Void) -> Bool = WorkerThread.start,
        byteCount: @escaping @Sendable (Item) -> Int? = { _ in nil }, nextJob: @escaping () throws -> Job?
    ) throws {
        self.workers = workers
        self.limits = limits
        self.byteCount = byteCount
        self.nextJob = nextJob

        condition.lock()
        defer { condition.unlock() }
        for _ in 0..<workers {
            guard startThread({ self.work() }) else { break }
            runningWorkers += 1
        }
        guard runningWorkers > 0 else {
            throw DataError("the system starts no thread for a loader's worker: lower the number of workers")
        }
    }

    /// Waits for the next item; `nil` after the last.
    ///
    /// - Parameter name: what the item is called if it is not ready in time.
    /// - Throws: what its job threw; `PrefetchTimeout`.
    func take(_ name: () -> String) throws -> Item? {
        condition.lock()
        defer { condition.unlock() }
        // Thirty years at most: converting a much later date to the system's time ends the process.
        let deadline = limits.timeout.map { Date.now.addingTimeInterval(min($0 / .seconds(1), 1e9)) }
        while made[takenCount] == nil {
            if let count, takenCount >= count { return nil }
            isWaitedFor = true
            defer { isWaitedFor = false }
            guard let deadline else {
                condition.wait()
                continue
            }
            if !condition.wait(until: deadline), made[takenCount] == nil {
                hasTimedOut = true
                throw PrefetchTimeout(
                    description:
                        "\(name()) was not ready within the loader's timeout of \(limits.timeout ?? .zero): the "
                        + "data set takes too long, or waits for something that does not come")
            }
        }
        guard let (result, bytes) = made.removeValue(forKey: takenCount) else { return nil }
        madeBytes -= bytes
        takenCount += 1
        // Workers that wait for room are woken for several small items at once.
        if limits.bytes != nil || room >= capacity / 4 { condition.broadcast() }
        return try result.get()
    }

    /// Runs `body` while no worker asks for a job.
    ///
    /// - Parameter body: gets the number of jobs that workers have asked for.
    func withJobs<Result>(_ body: (_ issuedCount: Int) throws -> Result) rethrows -> Result {
        jobLock.lock()
        defer { jobLock.unlock() }
        return try body(issuedCount)
    }

    /// Lets the workers end and waits for them, so that nothing of the data set runs afterwards. It does not wait for a
    /// worker that timed out before.
    func stop() {
        stopFlag.set()
        condition.lock()
        defer { condition.unlock() }
        condition.broadcast()
        while runningWorkers > 0, !hasTimedOut {
            condition.wait()
        }
        // A worker's thread may hold the queue a moment longer, and with it items that will never be taken.
        made = [:]
    }

    // MARK: Workers

    private func work() {
        // The workers share the processor with the training: one thread each for the operations of a sample.
        LibTorch.useOneThreadOnThisThread()
        // Small items are made several at a time, since handing one over costs more than to make it.
        var chunk = 1
        while let claimed = claim(chunk) {
            let start = DispatchTime.now().uptimeNanoseconds
            let jobs = issue(claimed)
            var results: [(result: Result<Item, any Error>, bytes: Int?)] = []
            for job in jobs.jobs where !stopFlag.isSet {
                let result = Result { try job(stopFlag) }
                results.append((result, measure(result, isFirst: jobs.first == 0 && results.isEmpty)))
            }
            publish(results, from: jobs.first, isEnd: jobs.isEnd)
            if jobs.isEnd { break }
            let nanoseconds = (DispatchTime.now().uptimeNanoseconds - start) / UInt64(max(claimed, 1))
            chunk = nanoseconds < 50_000 ? min(chunk * 2, 16) : 1
        }
        condition.lock()
        runningWorkers -= 1
        condition.broadcast()
        condition.unlock()
    }

    private func measure(_ result: Result<Item, any Error>, isFirst: Bool) -> Int? {
        guard limits.bytes != nil || (isFirst && limits.perWorker == nil), case .success(let item) = result else {
            return nil
        }
        return byteCount(item) ?? 0
    }

    /// Promises to make up to this many items, once there is room; `nil` if nothing is left to do.
    private func claim(_ chunk: Int) -> Int? {
        condition.lock()
        defer { condition.unlock() }
        var room = self.room
        while !stopFlag.isSet, count == nil, room == 0 {
            condition.wait()
            room = self.room
        }
        guard !stopFlag.isSet, count == nil else { return nil }
        let claimed = min(chunk, max(room / workers, 1))
        claimedCount += claimed
        return claimed
    }

    /// How many items may be begun now.
    private var room: Int {
        let ahead = claimedCount - takenCount
        let free = max(capacity - ahead, 0)
        guard let limit = limits.bytes, free > 0 else { return free }
        if ahead == 0 { return 1 }
        // The size of an item is unknown until the first one is made.
        guard let lastBytes else { return 0 }
        let expected = madeBytes + (ahead - made.count + 1) * lastBytes
        return expected <= limit ? 1 : 0
    }

    private var capacity: Int {
        let perWorker =
            limits.perWorker
            ?? lastBytes.map { bytes in
                bytes == 0 ? 2 : min(max(PrefetchLimits.smallByteCount / bytes, 2), PrefetchLimits.greatestCount)
            } ?? 2
        let (capacity, isTooMany) = workers.multipliedReportingOverflow(by: perWorker)
        return isTooMany ? .max : capacity
    }

    private func issue(_ claimed: Int) -> (first: Int, jobs: [Job], isEnd: Bool) {
        jobLock.lock()
        defer { jobLock.unlock() }
        let first = issuedCount
        var jobs: [Job] = []
        while jobs.count < claimed {
            do {
                guard let job = try nextJob() else { return (first, jobs, true) }
                jobs.append(job)
            } catch {
                jobs.append { _ in throw error }
            }
            issuedCount += 1
        }
        return (first, jobs, false)
    }

    private func publish(
        _ results: [(result: Result<Item, any Error>, bytes: Int?)], from first: Int, isEnd: Bool
    ) {
        condition.lock()
        defer { condition.unlock() }
        for (offset, item) in results.enumerated() {
            made[first + offset] = (item.result, item.bytes ?? 0)
            madeBytes += item.bytes ?? 0
            if let bytes = item.bytes { lastBytes = bytes }
        }
        if isEnd { count = min(count ?? .max, first + results.count) }
        if isWaitedFor || isEnd || limits.bytes != nil { condition.broadcast() }
    }
}
