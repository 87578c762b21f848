import Dispatch
import Torch

/// Which batches of a stream are read, and how they are cut.
struct StreamPlan: Sendable {
    var epoch: Int
    var seed: UInt64
    var batchSize: Int
    var dropLast: Bool
    /// The number of the first batch that is made.
    var first: Int
    /// How many batches there are at most.
    var limit: Int
    /// The epoch has a multiple of this number of batches.
    var multiple: Int
    var part: BatchPart?
    /// How many batches may be made ahead of the one that is taken.
    var greatestAhead: Int
    var skips: Bool
}

/// The batches of a stream.
///
/// Workers are ahead of the training, so a checkpoint needs the start of a batch that was read a while ago, and a
/// reader only knows its current position. So the feed asks for the position from time to time. A saved position is one
/// of these, and the number of elements to skip from there, which is cheap.
final class StreamFeed<Source: StreamDataset, Batch: Sendable>: BatchFeed, @unchecked Sendable {
    private let source: Source
    private let collation: Collation<Source.Sample, Batch>
    private let plan: StreamPlan
    private let random: BatchRandom
    private let reader: any ElementReader<Source.Element>

    /// Batches that were read and not yet given out.
    private var ahead: [[Source.Element]] = []
    /// The remaining parts of a batch that was given out in part.
    private var parts: [BatchJob<Batch>] = []
    /// The number of the next batch that is given out.
    private var number: Int
    private var isAtEnd = false
    private var isOver = false
    private var failure: (any Error)?

    /// Where some batches begin.
    private var marks: [(batch: Int, position: StateDict)] = []
    private var elementsSinceMark = 0
    private var nextMarkTime: UInt64 = 0

    init(
        _ source: Source, _ plan: StreamPlan, from position: StateDict?,
        by collation: Collation<Source.Sample, Batch>
    ) throws {
        self.source = source
        self.plan = plan
        self.collation = collation
        random = BatchRandom(seed: plan.seed, epoch: plan.epoch)
        number = plan.first
        let saved = try position.map { try $0.dictionary("position") }
        let (greatestCount, isTooLarge) = plan.first.multipliedReportingOverflow(by: plan.batchSize)
        guard !isTooLarge else {
            throw DataError("there is no batch \(plan.first) of \(plan.batchSize) samples in a stream")
        }
        let skipCount = try position.map { try $0.int("skip") } ?? greatestCount
        guard (0...greatestCount).contains(skipCount) else {
            throw StateDictError("the position in the stream is \(skipCount) elements after one that a reader gave")
        }
        reader = try source.elements(epoch: plan.epoch, seed: plan.seed, from: saved)
        for read in 0..<skipCount where try reader.next() == nil {
            throw DataError(
                "the stream ends \(skipCount - read) elements before the place at which it is to continue: it is not the one "
                    + "that the training began with")
        }
    }

    // MARK: Batches

    func next() throws -> BatchJob<Batch>? {
        // Batches that were read before it failed are given out first.
        if let failure, ahead.isEmpty, parts.isEmpty { throw failure }
        if parts.isEmpty {
            guard let elements = try nextElements() else { return nil }
            parts = jobs(of: elements, batch: number - 1)
        }
        return parts.removeFirst()
    }

    func remaining(upTo limit: Int) throws -> Int {
        guard !isOver else { return 0 }
        guard failure == nil else { return min(limit, ahead.count) }
        let limit = min(limit, plan.limit - number)
        // A multiple of batches has to be read to know whether it is complete.
        let multiple = plan.multiple
        let whole = (number + limit + multiple - 1) / multiple * multiple - number
        try fill(whole)
        let last = (number + ahead.count) / multiple * multiple - number
        return max(min(limit, last), 0)
    }

    private func nextElements() throws -> [Source.Element]? {
        guard !isOver, number < plan.limit else { return nil }
        let needed = number % plan.multiple == 0 ? plan.multiple : 1
        try fill(needed)
        guard ahead.count >= needed else {
            isOver = true
            if number == 0 { throw noBatch(needed) }
            return nil
        }
        number += 1
        return ahead.removeFirst()
    }

    private func noBatch(_ needed: Int) -> DataError {
        guard needed == 1 else {
            return DataError(
                "no step can be made: epoch \(plan.epoch + 1) of the stream has \(ahead.count) batches, accumulation is "
                    + ".batches(\(needed), remainder: .drop), which leaves out fewer; accumulate less, or take .step")
        }
        return DataError(
            "epoch \(plan.epoch + 1) of the stream has no "
                + (plan.dropLast
                    ? "whole batch of \(plan.batchSize) samples, and dropLast leaves out the rest" : "sample")
        )
    }

    /// Reads until this many batches are ahead, or the stream ends.
    private func fill(_ count: Int) throws {
        while ahead.count < count, !isAtEnd {
            if let failure { throw failure }
            do {
                try markIfDue()
                try read()
            } catch {
                // Nothing that a failed reader returns can be trusted.
                failure = error
                throw error
            }
        }
    }

    private func read() throws {
        var elements: [Source.Element] = []
        while elements.count < plan.batchSize, let element = try reader.next() { elements.append(element) }
        elementsSinceMark += elements.count
        isAtEnd = elements.count < plan.batchSize
        if !elements.isEmpty, !isAtEnd || !plan.dropLast { ahead.append(elements) }
    }

    private func jobs(of elements: [Source.Element], batch: Int) -> [BatchJob<Batch>] {
        guard let part = plan.part else { return [job(elements, 0..<elements.count, batch: batch)] }
        return (part.first..<part.first + part.ownCount).map { part.positions(ofPart: $0, in: elements.count) }
            // A part without a sample computes with the first of the batch, and does not count.
            .map { job(elements, $0.isEmpty ? 0..<1 : $0, batch: batch) }
    }

    private func job(_ elements: [Source.Element], _ own: Range<Int>, batch: Int) -> BatchJob<Batch> {
        let first = batch * plan.batchSize
        let chosen = Array(elements[own])
        let size = elements.count
        let (source, collation, random, skips) = (source, collation, random, plan.skips)
        return { worker in
            try noGrad {
                var assembly = BatchAssembly(skips: skips, worker: worker)
                let numbers = own.lowerBound + first..<own.upperBound + first
                let batch = try assembly.batch(numbers, by: collation, name: { source.name(of: chosen[$0]) }) {
                    position in
                    var sampleRandom = random.sample(numbers.lowerBound + position)
                    return try source.sample(of: chosen[position], random: &sampleRandom)
                }
                return LoadedBatch(batch: batch, size: size, failures: assembly.failures)
            }
        }
    }

    // MARK: Positions

    /// Asks the reader for its position now and then, which takes at most 5 % of the time.
    private func markIfDue() throws {
        guard marks.isEmpty || elementsSinceMark >= 1024, DispatchTime.now().uptimeNanoseconds >= nextMarkTime else {
            return
        }
        let start = DispatchTime.now().uptimeNanoseconds
        let batch = number + ahead.count
        marks.append((batch, try reader.position()))
        let end = DispatchTime.now().uptimeNanoseconds
        nextMarkTime = end + (end - start) * 20
        elementsSinceMark = 0
        // Marks before the one that precedes the last batch taken are no longer needed.
        if let needed = marks.lastIndex(where: { $0.batch < number - plan.greatestAhead }) {
            marks.removeFirst(needed)
        }
    }

    func position(ofBatch batch: Int) throws -> StateDict? {
        if batch == number + ahead.count, failure == nil {
            return ["position": .dictionary(try reader.position()), "skip": 0]
        }
        guard let mark = marks.last(where: { $0.batch <= batch }) else {
            throw DataError("the loader does not know where batch \(batch + 1) of the stream begins")
        }
        return ["position": .dictionary(mark.position), "skip": .int((batch - mark.batch) * plan.batchSize)]
    }
}
