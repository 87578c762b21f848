/// A data set whose samples a function puts together into batches.
public struct CollatedDataset<Source: Dataset, Batch: Sendable>: BatchDataset {
    let source: Source
    let collation: Collation<Source.Sample, Batch>

    public var count: Int { source.count }

    /// - Throws: `SampleError` for a sample that fails; what puts the samples together throws.
    public func batch(at indices: [Int], random: BatchRandom) throws -> Batch {
        var assembly = BatchAssembly()
        return try batch(at: indices, random: random, &assembly)
    }
}

extension CollatedDataset: AssembledDataset, WrappedDataset {
    var makesSamples: Bool { true }
    var wrapped: any Sendable { source }

    func batch(at indices: [Int], random: BatchRandom, _ assembly: inout BatchAssembly) throws -> Batch {
        try assembly.batch(indices, by: collation, name: { source.name(ofSample: indices[$0]) }) { [source] position in
            var sampleRandom = random.sample(indices[position])
            return try source.sample(at: indices[position], random: &sampleRandom)
        }
    }
}

extension Dataset {
    /// The data set in batches that are put together in a way that has a name.
    public func collated<Batch: Sendable>(by collation: Collation<Sample, Batch>) -> CollatedDataset<Self, Batch> {
        CollatedDataset(source: self, collation: collation)
    }

    /// The data set in batches that `collate` makes of its samples; it gets at least one at a time.
    public func collated<Batch: Sendable>(
        by collate: @escaping @Sendable (_ samples: [Sample]) throws -> Batch
    ) -> CollatedDataset<Self, Batch> {
        collated(by: Collation(collate))
    }
}
