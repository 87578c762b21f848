import Foundation

/// The batches of one epoch, one after the other.
public final class Batches<Batch: Sendable> {
    /// What the batches are made of, and how.
    struct Plan {
        /// How many parts of each batch are made; one unless a batch is cut into shards.
        var partCount = 1
        /// The part of each batch that is made; `nil` for all of it.
        var part: BatchPart?
        /// The number of the first batch.
        var first = 0
        /// How many samples the epoch has left out before it.
        var skippedCount = 0
        var failures = FailurePolicy.throw
        var workers = 0
        var limits = PrefetchLimits()
        /// Whether batches go to memory that a device can copy from by itself.
        var pins = false
    }

    private let plan: Plan
    private let feed: any BatchFeed<Batch>
    private let queue: PrefetchQueue<LoadedBatch<Batch>>?
    private let stopFlag = StopFlag()
    /// How many batches, or parts of batches, were taken.
    private var takenCount = 0
    /// The number of samples in the batch that was taken last.
    private var size = 0
    /// How many samples of the epoch were left out so far, those before the first batch here included.
    public private(set) var skippedCount: Int
    /// The same without the batch that was taken last.
    private var skippedBefore: Int
    /// How many of them the trainer has counted.
    private var skippedCounted: Int
    /// Called for each sample that was left out.
    var warn: (String) -> Void = { message in
        FileHandle.standardError.write(Data("warning: \(message)\n".utf8))
    }

    init(
        _ feed: any BatchFeed<Batch>, _ plan: Plan,
        startThread: @escaping (@escaping @Sendable () -> Void) -> Bool = WorkerThread.start
    ) throws {
        self.feed = feed
        self.plan = plan
        skippedCount = plan.skippedCount
        skippedBefore = plan.skippedCount
        skippedCounted = plan.skippedCount
        guard plan.workers > 0 else {
            queue = nil
            return
        }
        let pins = plan.pins
        let firstBatch = plan.workers > 1 ? FirstBatch() : nil
        var isFirst = true
        queue = try PrefetchQueue(
            workers: plan.workers, plan.limits, startThread: startThread,
            byteCount: { MemorySize.byteCount(of: $0.batch) }
        ) {
            guard let job = try feed.next() else { return nil }
            let makesFirst = isFirst && firstBatch != nil
            isFirst = false
            return { stop in
                let loaded = try job(BatchWorker(stop: stop, firstBatch: firstBatch, makesFirst: makesFirst))
                return pins ? try PinnedMemory.pin(loaded) : loaded
            }
        }
    }

    /// Stops the workers, even in the middle of the epoch.
    deinit {
        queue?.stop()
    }

    /// The next batch; `nil` after the last.
    ///
    /// - Throws: what the data set threw for this batch, here or on a worker's thread, a `SampleError` if it makes
    ///   single samples; `DataError` if the batch is not ready in time, or if too many samples were left out.
    public func next() throws -> Batch? {
        guard let loaded = try load() else { return nil }
        size = loaded.size
        skippedBefore = skippedCount
        if !loaded.failures.isEmpty { try note(loaded.failures) }
        return loaded.batch
    }

    private func load() throws -> LoadedBatch<Batch>? {
        do {
            let loaded: LoadedBatch<Batch>?
            if let queue {
                loaded = try queue.take { "batch \(plan.first + takenCount / plan.partCount + 1)" }
            } else {
                loaded = try feed.next().map { job in
                    let loaded = try job(BatchWorker(stop: stopFlag))
                    return plan.pins ? try PinnedMemory.pin(loaded) : loaded
                }
            }
            if loaded != nil { takenCount += 1 }
            return loaded
        } catch let timeout as PrefetchTimeout {
            // The batch may still come.
            throw DataError(timeout.description)
        } catch {
            takenCount += 1
            throw error
        }
    }

    private func note(_ failures: [SampleError]) throws {
        skippedCount += failures.count
        for failure in failures { warn("left out \(failure)") }
        guard case .skip(let limit) = plan.failures, skippedCount > limit, let last = failures.last else { return }
        throw DataError(
            "\(skippedCount) samples of the epoch failed, and onFailure: .skip(limit: \(limit)) leaves out fewer; the last: "
                + "\(last)")
    }

    // MARK: For the trainer

    /// How many samples a part of the batch that was taken last has.
    ///
    /// - Parameter number: the number of the part; `nil` for the first one that is made here, or the whole batch.
    func share(ofPart number: Int? = nil) -> BatchShare {
        guard let part = plan.part else { return BatchShare(own: size, whole: size) }
        return BatchShare(own: part.positions(ofPart: number ?? part.first, in: size).count, whole: size)
    }

    /// How many samples were left out since this was asked before, or since the first batch here.
    func takeSkippedCount() -> Int {
        defer { skippedCounted = skippedCount }
        return skippedCount - skippedCounted
    }

    /// How many whole batches are left.
    ///
    /// - Parameter limit: how many are counted at most. The end of a stream shows only when it is read.
    func remaining(upTo limit: Int) throws -> Int {
        try withFeed { issuedCount in
            let waiting = (issuedCount - takenCount) / plan.partCount
            return waiting >= limit ? limit : waiting + (try feed.remaining(upTo: limit - waiting))
        }
    }

    /// What a checkpoint needs besides the number of the batch with which a run continues: where it begins in a stream,
    /// and how many samples were left out before it; `nil` for nothing.
    ///
    /// - Parameter number: the number of the next batch, or of the last one taken if it was not trained on.
    func position(ofBatch number: Int) throws -> StateDict? {
        var state = StateDict()
        if let stream = try withFeed({ _ in try feed.position(ofBatch: number) }) {
            state["stream"] = .dictionary(stream)
        }
        let isTrained = number >= plan.first + takenCount / plan.partCount
        let skipped = isTrained ? skippedCount : skippedBefore
        if skipped > 0 { state["skipped"] = .int(skipped) }
        return state.isEmpty ? nil : state
    }

    private func withFeed<Result>(_ body: (_ issuedCount: Int) throws -> Result) rethrows -> Result {
        guard let queue else { return try body(takenCount) }
        return try queue.withJobs(body)
    }
}
