/// Makes the samples of one batch, and notes those that fail.
struct BatchAssembly {
    /// Whether samples that fail are left out.
    let skips: Bool
    /// The thread that makes the batch.
    let worker: BatchWorker
    private(set) var failures: [SampleError] = []

    init(skips: Bool = false, worker: BatchWorker = BatchWorker()) {
        self.skips = skips
        self.worker = worker
    }

    /// Makes a batch of the samples with these numbers, but for those that fail and may be left out.
    ///
    /// - Parameters:
    ///   - name: what the sample at a position is called if it fails.
    ///   - make: makes the sample at a position, on this thread or another one.
    /// - Throws: `SampleError` for the first that fails and may not; `LoadingStopped` if nobody wants the batch any
    ///   more; `EmptyBatch` if all fail and may be left out; what `collation` throws.
    mutating func batch<Sample: Sendable, Batch: Sendable>(
        _ numbers: some Collection<Int>, by collation: Collation<Sample, Batch>,
        name: (_ position: Int) -> String?, make: @escaping @Sendable (_ position: Int) throws -> Sample
    ) throws -> Batch {
        guard let stacking = collation.rowStacking else {
            return try collation.collate(try samples(numbers, name: name, make: make))
        }
        let rows = BatchRows(count: numbers.count)
        let samples = try samples(numbers, name: name) { position in
            var sample = try make(position)
            try stacking.place(&sample, rows, position)
            return sample
        }
        guard let stacked = rows.complete else { return try collation.collate(samples) }
        return try stacking.collate(samples, stacked)
    }

    private mutating func samples<Sample: Sendable>(
        _ numbers: some Collection<Int>, name: (_ position: Int) -> String?,
        make: @escaping @Sendable (_ position: Int) throws -> Sample
    ) throws -> [Sample] {
        var samples: [Sample] = []
        samples.reserveCapacity(numbers.count)
        let made = worker.together(numbers.count, skips: skips, make)
        for (position, number) in numbers.enumerated() {
            if made == nil { worker.firstBatch?.help() }
            if worker.stop.isSet { throw LoadingStopped() }
            do {
                samples.append(try made?[position].get() ?? make(position))
            } catch {
                let failure = SampleError(number: number, name: name(position), underlying: error)
                guard skips, !error.isOutOfMemory else { throw failure }
                failures.append(failure)
            }
        }
        guard failures.isEmpty || !samples.isEmpty else { throw EmptyBatch(failures: failures) }
        return samples
    }
}

/// Ends a batch that nobody wants any more. Nobody sees it.
struct LoadingStopped: Error {}

/// Ends a batch of which no sample is left. `Batches` leaves it out.
struct EmptyBatch: Error {
    /// Why, for each sample; there is at least one.
    let failures: [SampleError]
}

extension Error {
    /// Whether there was too little memory, perhaps for a sample.
    var isOutOfMemory: Bool {
        switch self {
        case let error as TorchError: error.kind == .outOfMemory
        case let error as SampleError: error.underlying.isOutOfMemory
        default: false
        }
    }
}
