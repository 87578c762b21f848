/// A data set of numbered samples, without its type.
struct IndexedSource<Batch: Sendable>: Sendable {
    /// The number of samples.
    let count: Int
    /// Whether the data set makes single samples, and not whole batches.
    let makesSamples: Bool
    private let make: @Sendable (_ numbers: [Int], BatchRandom, inout BatchAssembly) throws -> Batch

    init<Source: BatchDataset>(_ dataset: Source) where Source.Batch == Batch {
        let numbers = 0..<dataset.count
        count = numbers.count
        let assembled = dataset as? any AssembledDataset<Batch>
        makesSamples = assembled?.makesSamples ?? false
        make = { indices, random, assembly in
            // A data set may trap on a number that it does not have.
            if let other = indices.first(where: { !numbers.contains($0) }) {
                throw DataError("the sampler asks for sample \(other), and the data set has \(numbers.count)")
            }
            guard let assembled else { return try noGrad { try dataset.batch(at: indices, random: random) } }
            return try noGrad { try assembled.batch(at: indices, random: random, &assembly) }
        }
    }

    /// The batches of an epoch.
    ///
    /// - Parameter numbers: of the parts of batches that are to be made.
    func feed(
        _ order: BatchOrder, _ numbers: Range<Int>, _ part: BatchPart?, _ random: BatchRandom, skips: Bool
    ) -> IndexedFeed<Batch> {
        let partCount = part?.ownCount ?? 1
        return IndexedFeed(numbers, partCount: partCount) { [make] number, worker in
            let all = order.positions(ofBatch: number / partCount)
            var positions = all
            if let part {
                let own = part.positions(ofPart: part.first + number % partCount, in: all.count)
                let first = all.lowerBound
                positions = own.isEmpty ? first..<(first + 1) : (first + own.lowerBound)..<(first + own.upperBound)
            }
            var assembly = BatchAssembly(skips: skips, worker: worker)
            let batch = try make(try order.order.numbers(at: positions), random, &assembly)
            return LoadedBatch(batch: batch, size: all.count, failures: assembly.failures)
        }
    }
}

/// A stream, without its type.
struct StreamSource<Batch: Sendable>: Sendable {
    /// The type of the stream.
    let name: String
    /// Begins to read an epoch, from a position that a feed gave.
    let feed: @Sendable (_ plan: StreamPlan, _ position: StateDict?) throws -> any BatchFeed<Batch>

    init<Source: StreamDataset>(_ stream: CollatedStream<Source, Batch>) {
        name = "\(Source.self)"
        feed = { plan, position in
            try StreamFeed(stream.source, plan, from: position, by: stream.collation)
        }
    }
}
