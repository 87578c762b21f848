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
        /// How many batches the epoch has left out before it, since all of their samples failed.
        var emptyCount = 0
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
    /// How many batches, or parts of batches, were taken, those that were left out included.
    private var takenCount = 0
    /// The number of samples in the batch that was taken last.
    private var size = 0
    /// The number of samples of the epoch that were skipped so far, including those before the first batch here.
    public private(set) var skippedCount: Int
    /// The same without the batch that was taken last.
    private var skippedBefore: Int
    /// How many of them the trainer has counted.
    private var skippedCounted: Int
    /// How many batches of the epoch were left out so far because all of their samples failed, those before the first
    /// batch here included.
    private var emptyCount: Int
    /// The first sample that was left out here.
    private var firstFailure: SampleError?
    /// Whether a batch of which all samples failed is an error, because it is counted in advance that it comes.
    var needsEveryBatch = false
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
        emptyCount = plan.emptyCount
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

    /// Returns the next batch; `nil` after the last one.
    ///
    /// - Throws: what the data set threw for this batch, here or on a worker's thread, a `SampleError` if it makes
    ///   single samples; `DataError` if the batch is not ready in time, or if too many samples, or all, were left out.
    public func next() throws -> Batch? {
        while true {
            skippedBefore = skippedCount
            do {
                guard let loaded = try load() else {
                    try requireSample()
                    return nil
                }
                size = loaded.size
                if !loaded.failures.isEmpty { try note(loaded.failures) }
                return loaded.batch
            } catch let empty as EmptyBatch {
                try leaveOut(empty)
            }
        }
    }

    private func leaveOut(_ batch: EmptyBatch) throws {
        if needsEveryBatch, let first = batch.failures.first {
            throw DataError(
                "no sample of the batch is left, since all \(batch.failures.count) failed, and a step is divided by the "
                    + "number of its batches, so that none can be left out: larger batches may have good samples. The "
                    + "first failure: \(first)")
        }
        try note(batch.failures)
        emptyCount += 1
    }

    /// Throws if the epoch is over and had no batch because all samples failed: nobody would notice otherwise.
    private func requireSample() throws {
        guard plan.first == 0, takenCount > 0, takenCount == emptyCount, let firstFailure else { return }
        throw DataError(
            "no sample of the epoch is left, since all \(skippedCount) failed; the first: \(firstFailure)")
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
        for failure in failures { warn("left out \(failure)") }
        let count = skippedCount + failures.count
        if case .skip(let limit) = plan.failures, count > limit, let last = failures.last {
            throw DataError(
                "\(count) samples of the epoch failed, and onFailure: .skip(limit: \(limit)) leaves out fewer; the last: "
                    + "\(last)")
        }
        skippedCount = count
        firstFailure = firstFailure ?? failures.first
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
    ///
    /// - Parameter withLast: whether those of the batch that was taken last count, and not only those before it.
    func takeSkippedCount(withLast: Bool = true) -> Int {
        let count = withLast ? skippedCount : skippedBefore
        defer { skippedCounted = count }
        return count - skippedCounted
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
    /// and how many samples and whole batches were left out before it; `nil` for nothing.
    ///
    /// - Parameter number: the number of the next batch, or of the last one taken if it was not trained on. Batches that
    ///   were left out have no number.
    func position(ofBatch number: Int) throws -> StateDict? {
        var state = StateDict()
        let isTrained = number >= plan.first + takenCount / plan.partCount - emptyCount
        let skipped = isTrained ? skippedCount : skippedBefore
        if let stream = try withFeed({ _ in try feed.position(ofBatch: number + emptyCount) }) {
            state["stream"] = .dictionary(stream)
        }
        if skipped > 0 { state["skipped"] = .int(skipped) }
        if emptyCount > 0 { state["empty_batches"] = .int(emptyCount) }
        return state.isEmpty ? nil : state
    }

    private func withFeed<Result>(_ body: (_ issuedCount: Int) throws -> Result) rethrows -> Result {
        guard let queue else { return try body(takenCount) }
        return try queue.withJobs(body)
    }
}

extension Batches.Plan {
    /// Takes what a checkpoint says of samples and batches that were left out before the first batch.
    ///
    /// - Parameter position: what `Batches.position` gave; `nil` if there is nothing to know.
    /// - Throws: `StateDictError` for numbers that cannot be.
    mutating func takeSkipped(from position: StateDict?) throws {
        guard let position else { return }
        if position["skipped"] != nil { skippedCount = try position.int("skipped") }
        if position["empty_batches"] != nil { emptyCount = try position.int("empty_batches") }
        let (number, isTooLarge) = first.addingReportingOverflow(emptyCount)
        guard skippedCount >= 0, skippedCount < 1 << 40, (0...skippedCount).contains(emptyCount), !isTooLarge else {
            throw StateDictError(
                "\(skippedCount) samples in \(emptyCount) whole batches and others cannot have been left out before "
                    + "batch \(first + 1)")
        }
        first = number
    }
}
